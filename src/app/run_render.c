/* app/run_render.c - a picture or a film, off-screen and deterministic. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/picture_replay.h"
#include "app/source.h"
#include "base/str.h"
#include "gfx/offscreen.h"
#include "record/screenshot.h"
#include "view/colormap.h"

/* A film without --speed lasts about so long. */
#define FILM_SECONDS_DEFAULT 20.0

enum output_kind { OUTPUT_PNG, OUTPUT_FILM };

struct render {
    const struct app_options *options;
    struct source_list sources;
    enum output_kind kind;
    const char *path;
    int width_px, height_px;
    double span_ms;

    /* In the order of building up. */
    struct offscreen *offscreen;
    struct picture_replay *replay;
    uint8_t *rgba; /* owned: one frame */
    size_t rgba_bytes;
};

static int fail(enum exit_status status, const char *reason) {
    return app_fail(status, "render", "%s", reason);
}

static int check_output(struct render *render) {
    static const struct {
        const char *ending;
        enum output_kind kind;
    } endings[] = {{".png", OUTPUT_PNG}};
    const char *path = option_text(&render->options->table, OPT_output);
    if (path[0] == '\0') {
        return fail(EXIT_STATUS_USAGE, "--output: missing; expected -o FILE with FILE ending in "
                                       ".png, .mp4, .mkv or .y4m, or -o - for raw frames");
    }
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        if (str_ends_with(path, endings[i].ending)) {
            render->kind = endings[i].kind;
            render->path = path;
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
    int status = check_output(render);
    if (status != EXIT_STATUS_DONE) {
        return status;
    }
    if (render->kind == OUTPUT_PNG &&
        (option_given(table, OPT_from) || option_given(table, OPT_to))) {
        return fail(EXIT_STATUS_USAGE, "--from, --to: are for films; a picture takes --at");
    }
    status = (int)source_list_resolve(render->options, &render->sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return fail((enum exit_status)status, reason);
    }
    if (render->sources.specs[0].kind == SOURCE_LIVE) {
        return app_fail(EXIT_STATUS_USAGE, "render",
                        "\"%s\": a live source has no end to draw; expected demo or files",
                        render->options->args[0]);
    }
    render->width_px = table->values[OPT_size].width;
    render->height_px = table->values[OPT_size].height;
    render->span_ms = (double)option_integer(table, OPT_window);
    return EXIT_STATUS_DONE;
}

static int build(struct render *render) {
    const struct option_table *table = &render->options->table;
    char reason[SOURCE_REASON_BYTES];
    enum status made = offscreen_create(render->width_px, render->height_px, &render->offscreen);
    if (made != STATUS_OK) {
        return app_fail(EXIT_STATUS_FAILED, "render", "no off-screen OpenGL 3.3: %s",
                        status_text(made));
    }
    struct picture_replay_desc desc = {
        .sources = &render->sources,
        .demo_seed = (uint64_t)option_integer(table, OPT_seed),
        .demo_days = option_number(table, OPT_days),
        .span_ms = render->span_ms,
        .opened_within_window = option_flag(table, OPT_opened_within_window),
    };
    colormap_from_key(option_text(table, OPT_palette), &desc.palette);
    enum exit_status status = picture_replay_create(&desc, &render->replay, reason);
    if (status != EXIT_STATUS_DONE) {
        return fail(status, reason);
    }
    render->rgba_bytes = (size_t)render->width_px * (size_t)render->height_px * 4;
    render->rgba = malloc(render->rgba_bytes);
    return render->rgba != NULL ? EXIT_STATUS_DONE
                                : fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
}

static void tell_trouble(struct render *render) {
    const char *trouble = NULL;
    while ((trouble = picture_replay_take_trouble(render->replay)) != NULL) {
        fail(EXIT_STATUS_FAILED, trouble); /* the rest of the file is still drawn */
    }
}

/* The picture of now_ms into rgba. */
static int draw(struct render *render, int64_t now_ms) {
    char reason[SOURCE_REASON_BYTES];
    enum exit_status status =
        picture_replay_draw(render->replay, now_ms, offscreen_target(render->offscreen), reason);
    if (status != EXIT_STATUS_DONE) {
        return fail(status, reason);
    }
    offscreen_read_rgba(render->offscreen, render->rgba_bytes, render->rgba);
    return EXIT_STATUS_DONE;
}

static int render_picture(struct render *render) {
    const struct option_table *table = &render->options->table;
    bool at_given = option_given(table, OPT_at);
    int64_t at_ms = at_given ? option_integer(table, OPT_at) : INT64_MAX;
    int64_t first_ms = 0;
    int64_t newest_ms = 0;
    picture_replay_advance(render->replay, at_ms);
    tell_trouble(render);
    if (!picture_replay_times(render->replay, &first_ms, &newest_ms)) {
        return fail(EXIT_STATUS_FAILED,
                    at_given ? "the source has no event before --at" : "the source has no events");
    }
    int status = draw(render, at_given ? at_ms : newest_ms);
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
    int status = check_options(&render);
    if (status == EXIT_STATUS_DONE) {
        status = build(&render);
    }
    if (status == EXIT_STATUS_DONE) {
        status = render_picture(&render);
    }
    free(render.rgba);
    picture_replay_destroy(render.replay);
    offscreen_destroy(render.offscreen);
    return status;
}
