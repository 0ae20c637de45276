/* app/run_render.c - a picture or a film, off-screen and deterministic. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/demo.h"
#include "app/picture_options.h"
#include "app/render.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/hash.h"
#include "layer/guides.h"
#include "record/frame_recorder.h"
#include "record/screenshot.h"
#include "view/colormap.h"

int render_fail(enum exit_status status, const char *reason) {
    return app_fail(status, "render", "%s", reason);
}

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

bool render_is_interrupted(void) {
    return interrupted != 0;
}

static int check_output(struct render *render) {
    const char *path = option_text(&render->options->table, OPT_output);
    if (path[0] == '\0') {
        return render_fail(EXIT_STATUS_USAGE,
                           "--output: missing; expected -o FILE with FILE ending in "
                           ".png, .mp4, .mkv or .y4m, -o rtmp://..., or -o - for y4m");
    }
    render->path = path;
    render->kind = OUTPUT_FILM;
    if (!frame_recorder_takes(path)) {
        render->kind = OUTPUT_PNG;
        if (!str_ends_with(path, ".png")) {
            return app_fail(EXIT_STATUS_USAGE, "render",
                            "--output: \"%.200s\": unknown kind of file; expected .png, .mp4, "
                            ".mkv, .y4m, a named pipe, rtmp://..., or - for y4m",
                            path);
        }
    }
    if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO)) {
        return render_fail(EXIT_STATUS_USAGE,
                           "--output: a film on standard output is for a pipe or a file, not for "
                           "a terminal");
    }
    return EXIT_STATUS_DONE;
}

/* What a live market cannot be asked. */
static int check_live(const struct render *render) {
    static const enum option_id of_past[] = {OPT_at,   OPT_from, OPT_to,     OPT_speed,
                                             OPT_hash, OPT_why,  OPT_pointer};
    char name[OPTION_NAME_BYTES];
    if (render->kind == OUTPUT_PNG) {
        return app_fail(EXIT_STATUS_USAGE, "render",
                        "\"%s\": a live source has no end to draw; expected demo or files, or a "
                        "film as output",
                        render->options->args[0]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(of_past); i++) {
        if (render->options->on_command_line[of_past[i]]) {
            return app_fail(EXIT_STATUS_USAGE, "render",
                            "--%s: is not for a live source; its film is of now",
                            option_name(of_past[i], name));
        }
    }
    return EXIT_STATUS_DONE;
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
    render->live = render->sources.specs[0].kind == SOURCE_LIVE;
    render->realtime =
        render->kind == OUTPUT_FILM && (render->live || frame_recorder_is_stream(render->path) ||
                                        option_flag(table, OPT_realtime));
    render->width_px = size->width;
    render->height_px = size->height;
    render->span_ms = (double)option_integer(table, OPT_window);
    return render->live ? check_live(render) : EXIT_STATUS_DONE;
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
    const int tile_px = (int)option_integer(&render->options->table, OPT_tile);
    enum status made =
        offscreen_create_tiled(render->width_px, render->height_px, tile_px, &render->offscreen);
    if (made != STATUS_OK) {
        return app_fail(EXIT_STATUS_FAILED, "render", "no off-screen OpenGL 3.3: %s",
                        status_text(made));
    }
    if (render->live) {
        return EXIT_STATUS_DONE;
    }
    const struct picture_replay_desc desc = render_replay_desc(render);
    enum exit_status status = picture_replay_create(&desc, &render->replay, reason);
    return status == EXIT_STATUS_DONE ? EXIT_STATUS_DONE : render_fail(status, reason);
}

size_t render_frame_bytes(const struct render *render) {
    return (size_t)render->width_px * (size_t)render->height_px * 4;
}

void render_tell_trouble(struct render *render) {
    const char *trouble = NULL;
    while ((trouble = picture_replay_take_trouble(render->replay)) != NULL) {
        render_fail(EXIT_STATUS_FAILED, trouble); /* the rest of the file is still drawn */
        render->troubled = true;
    }
}

int render_draw(struct render *render, int64_t now_ms, uint8_t *rgba) {
    char reason[SOURCE_REASON_BYTES];
    const size_t bytes = render_frame_bytes(render);
    for (int i = 0; i < offscreen_tile_count(render->offscreen); i++) {
        const struct target tile = offscreen_tile(render->offscreen, i);
        if (i > 0) {
            picture_replay_draw_again(render->replay, tile);
        } else {
            enum exit_status status = picture_replay_draw(render->replay, now_ms, tile, reason);
            if (status != EXIT_STATUS_DONE) {
                return render_fail(status, reason);
            }
        }
        if (option_flag(&render->options->table, OPT_guides)) {
            guides_draw(&tile);
        }
        offscreen_read_tile(render->offscreen, i, bytes, rgba);
    }
    if (option_flag(&render->options->table, OPT_hash)) {
        render->hash = hash_bytes(render->hash, rgba, bytes);
    }
    return EXIT_STATUS_DONE;
}

void render_name_view(struct render *render, struct map_id_desc what) {
    char instruments[512];
    char reason[MAP_ID_REASON_BYTES];
    picture_replay_instruments(render->replay, sizeof instruments, instruments);
    what.sources = &render->sources;
    what.options = &render->options->table;
    what.settings = &render->settings;
    what.span_ms = render->span_ms;
    what.width_px = render->width_px;
    what.height_px = render->height_px;
    what.instruments = instruments;
    if (!map_id_make(&what, &render->map_id)) {
        return; /* thousands of bytes of options: a picture without a name */
    }
    picture_replay_set_map_id(render->replay, render->map_id.text);
    if (!map_id_keep(&render->map_id, reason)) {
        LOG_WARN("render: map ID %s: %s", render->map_id.text, reason);
    }
}

static enum status write_picture(const struct render *render, const uint8_t *rgba) {
    const struct screenshot_text texts[] = {{"Software", "liqscope " LIQSCOPE_VERSION},
                                            {"map", render->map_id.text}};
    const struct screenshot_desc desc = {.width_px = render->width_px,
                                         .height_px = render->height_px,
                                         .rgba = rgba,
                                         .text_count = ARRAY_COUNT(texts),
                                         .texts = texts};
    return screenshot_write_file(render->path, &desc);
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
    at_ms = at_given ? at_ms : newest_ms;
    render_name_view(render, (struct map_id_desc){.at_ms = at_ms});
    uint8_t *rgba = malloc(render_frame_bytes(render));
    int status = rgba != NULL ? render_draw(render, at_ms, rgba)
                              : render_fail(EXIT_STATUS_FAILED, status_text(STATUS_MEMORY));
    if (status == EXIT_STATUS_DONE && write_picture(render, rgba) != STATUS_OK) {
        status = EXIT_STATUS_FAILED; /* it has said why */
    }
    free(rgba);
    return status;
}

static int render_all(struct render *render) {
    const struct sigaction action = {.sa_handler = on_signal};
    if (render->kind == OUTPUT_PNG) {
        return render_picture(render);
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return render->live ? render_live(render) : render_film(render);
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
        status = render_all(&render);
    }
    if (status == EXIT_STATUS_DONE && option_flag(&options->table, OPT_hash)) {
        /* A film may have taken standard output. */
        fprintf(strcmp(render.path, "-") == 0 ? stderr : stdout,
                "state %016" PRIx64 "\ndensity %016" PRIx64 "\npicture %016" PRIx64 "\n",
                picture_replay_state_hash(render.replay),
                picture_replay_density_hash(render.replay), render.hash);
    }
    if (status == EXIT_STATUS_DONE && render.troubled) {
        status = EXIT_STATUS_FAILED; /* it has been said why */
    }
    picture_replay_destroy(render.replay);
    offscreen_destroy(render.offscreen);
    return status;
}
