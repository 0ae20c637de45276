/* app/run_render.c - a picture or a film, off-screen and deterministic. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/picture_options.h"
#include "app/render.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/hash.h"
#include "record/frame_recorder.h"
#include "record/screenshot.h"
#include "view/colormap.h"

int render_fail(enum exit_status status, const char *reason) {
    return app_fail(status, "render", "%s", reason);
}

static int check_output(struct render *render) {
    static const struct {
        const char *ending;
        enum output_kind kind;
    } endings[] = {
        {".png", OUTPUT_PNG}, {".mp4", OUTPUT_FILM}, {".mkv", OUTPUT_FILM}, {".y4m", OUTPUT_FILM}};
    const char *path = option_text(&render->options->table, OPT_output);
    if (path[0] == '\0') {
        return render_fail(EXIT_STATUS_USAGE,
                           "--output: missing; expected -o FILE with FILE ending in "
                           ".png, .mp4, .mkv or .y4m, or -o - for raw frames");
    }
    render->path = path;
    if (strcmp(path, "-") == 0) {
        render->kind = OUTPUT_FILM;
        return EXIT_STATUS_DONE;
    }
    if (frame_recorder_is_series(path)) {
        render->kind = OUTPUT_FILM;
        return EXIT_STATUS_DONE;
    }
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        if (str_ends_with(path, endings[i].ending)) {
            render->kind = endings[i].kind;
            return EXIT_STATUS_DONE;
        }
    }
    return app_fail(EXIT_STATUS_USAGE, "render",
                    "--output: \"%.200s\": unknown kind of file; expected .png, .mp4, .mkv, .y4m, "
                    "or - for raw frames",
                    path);
}

static int check_options(struct render *render) {
    const struct option_table *table = &render->options->table;
    char reason[SOURCE_REASON_BYTES];
    char error[OPTION_ERROR_BYTES];
    int status = check_output(render);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    if (render->kind == OUTPUT_PNG &&
        (option_given(table, OPT_from) || option_given(table, OPT_to))) {
        return render_fail(EXIT_STATUS_USAGE, "--from, --to: are for films; a picture takes --at");
    }
    if (render->kind == OUTPUT_FILM && option_given(table, OPT_at)) {
        return render_fail(EXIT_STATUS_USAGE,
                           "--at: is for pictures; a film takes --from and --to");
    }
    const struct option_value *size = &table->values[OPT_size];
    if (render->kind == OUTPUT_FILM && (size->width % 2 != 0 || size->height % 2 != 0)) {
        return app_fail(EXIT_STATUS_USAGE, "render",
                        "--size: \"%s\": a film needs an even width and height", size->text);
    }
    if (!picture_options_read(table, &render->settings, error) ||
        !picture_options_read_pointer(table, &render->pointer, error)) {
        return app_fail(EXIT_STATUS_USAGE, "render", "--%s", error);
    }
    status = (int)source_list_resolve(render->options, &render->sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return render_fail((enum exit_status)status, reason);
    }
    if (render->sources.specs[0].kind == SOURCE_LIVE) {
        return app_fail(EXIT_STATUS_USAGE, "render",
                        "\"%s\": a live source has no end to draw; expected demo or files",
                        render->options->args[0]);
    }
    render->width_px = size->width;
    render->height_px = size->height;
    render->span_ms = (double)option_integer(table, OPT_window);
    return EXIT_STATUS_DONE;
}

/* The time of the first picture of a demo that ends at end_ms. */
static int64_t first_picture_ms(const struct render *render, int64_t end_ms) {
    const struct option_table *table = &render->options->table;
    if (render->kind == OUTPUT_PNG) {
        return option_given(table, OPT_at) ? option_integer(table, OPT_at) : end_ms;
    }
    if (option_given(table, OPT_from)) {
        return option_integer(table, OPT_from);
    }
    int64_t to_ms = option_given(table, OPT_to) ? option_integer(table, OPT_to) : end_ms;
    return to_ms - (int64_t)render->span_ms;
}

/* The demo has an order book where it will be looked at: telling all of it costs seconds a day. */
static struct source_sim_desc demo_of(const struct render *render) {
    struct source_sim_desc demo = demo_desc(&render->options->table);
    if (settings_shows(&render->settings, SETTINGS_PART_BOOK)) {
        int64_t shown_ms = first_picture_ms(render, demo_end_ms(&demo));
        demo_add_book(&demo, shown_ms - (int64_t)(1.4 * render->span_ms), render->span_ms);
    }
    return demo;
}

struct picture_replay_desc render_replay_desc(const struct render *render) {
    const struct option_table *table = &render->options->table;
    struct picture_replay_desc desc = {
        .sources = &render->sources,
        .demo = demo_of(render),
        .margins = render->options->margins,
        .span_ms = render->span_ms,
        .settings = render->settings,
        .pointer = render->pointer,
        .why_price = option_number(table, OPT_why),
        .shader_dir = option_text(table, OPT_shader_dir),
    };
    return desc;
}

static int build(struct render *render) {
    char reason[SOURCE_REASON_BYTES];
    enum status made = offscreen_create(render->width_px, render->height_px, &render->offscreen);
    if (made != STATUS_OK) {
        return app_fail(EXIT_STATUS_FAILED, "render", "no off-screen OpenGL 3.3: %s",
                        status_text(made));
    }
    const struct picture_replay_desc desc = render_replay_desc(render);
    enum exit_status status = picture_replay_create(&desc, &render->replay, reason);
    if (status != EXIT_STATUS_DONE) {
        return render_fail(status, reason);
    }
    render->rgba_bytes = (size_t)render->width_px * (size_t)render->height_px * 4;
    render->rgba = malloc(render->rgba_bytes);
    return render->rgba != NULL ? EXIT_STATUS_DONE
                                : render_fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
}

void render_tell_trouble(struct render *render) {
    const char *trouble = NULL;
    while ((trouble = picture_replay_take_trouble(render->replay)) != NULL) {
        render_fail(EXIT_STATUS_FAILED, trouble); /* the rest of the file is still drawn */
        render->troubled = true;
    }
}

/* The picture of now_ms into rgba. */
int render_draw(struct render *render, int64_t now_ms) {
    char reason[SOURCE_REASON_BYTES];
    enum exit_status status =
        picture_replay_draw(render->replay, now_ms, offscreen_target(render->offscreen), reason);
    if (status != EXIT_STATUS_DONE) {
        return render_fail(status, reason);
    }
    offscreen_read_rgba(render->offscreen, render->rgba_bytes, render->rgba);
    if (option_flag(&render->options->table, OPT_hash)) {
        render->hash = hash_bytes(render->hash, render->rgba, render->rgba_bytes);
    }
    return EXIT_STATUS_DONE;
}

static int render_picture(struct render *render) {
    const struct option_table *table = &render->options->table;
    bool at_given = option_given(table, OPT_at);
    int64_t at_ms = at_given ? option_integer(table, OPT_at) : INT64_MAX;
    int64_t first_ms = 0;
    int64_t newest_ms = 0;
    picture_replay_advance(render->replay, at_ms);
    picture_replay_finish(render->replay);
    render_tell_trouble(render);
    if (!picture_replay_times(render->replay, &first_ms, &newest_ms)) {
        return render_fail(EXIT_STATUS_FAILED, at_given ? "the source has no event before --at"
                                                        : "the source has no events");
    }
    int status = render_draw(render, at_given ? at_ms : newest_ms);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    enum status written =
        screenshot_write_png(render->path, render->width_px, render->height_px, render->rgba);
    return written == STATUS_OK ? EXIT_STATUS_DONE : EXIT_STATUS_FAILED; /* it has said why */
}

int run_render(const struct app_options *options) {
    static struct render render; /* holds a path's text */
    render.options = options;
    render.hash = HASH_START;
    int status = check_options(&render);
    if (status == EXIT_STATUS_DONE) {
        status = build(&render);
    }
    if (status == EXIT_STATUS_DONE) {
        status = render.kind == OUTPUT_PNG ? render_picture(&render) : render_film(&render);
    }
    if (status == EXIT_STATUS_DONE && option_flag(&options->table, OPT_hash)) {
        printf("state %016" PRIx64 "\npicture %016" PRIx64 "\n",
               picture_replay_state_hash(render.replay), render.hash);
    }
    if (status == EXIT_STATUS_DONE && render.troubled) {
        status = EXIT_STATUS_FAILED; /* it has been said why */
    }
    free(render.rgba);
    picture_replay_destroy(render.replay);
    offscreen_destroy(render.offscreen);
    return status;
}
