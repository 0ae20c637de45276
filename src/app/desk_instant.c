#include "app/desk_instant.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/desk.h"
#include "app/pane_instrument.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "control/child.h"

/* More than is asked for is kept: a replay needs the minute that an older kline does not cover, and
 * a moment to find its price. */
#define LEAD_S 65.0
/* At the end of the program: for a film to be finished, and again for what makes it to end. */
#define CLOSE_WAIT_NS INT64_C(1500000000)
#define CLOSE_LOOK_NS INT64_C(10000000)

double desk_instant_keep_s(const struct desk *desk) {
    const double replay_s = option_number(&desk->options, OPT_instant_replay);
    const double kept_s = replay_s > 0 ? replay_s + LEAD_S : 0;
    const double delay_s = option_number(&desk->options, OPT_clean_delay);
    return kept_s > delay_s ? kept_s : delay_s;
}

/* -- begin -- */

static bool end_differently(char *path, const char *ending, const char *other) {
    const size_t len = strlen(path), ending_len = strlen(ending);
    if (len < ending_len || strcmp(path + len - ending_len, ending) != 0) {
        return false;
    }
    path[len - ending_len] = '\0';
    return str_append(path, SCREENSHOT_PATH_BYTES, "%s", other);
}

/* A file that is not there yet. */
static bool find_path(const struct desk *desk, const struct desk_window *window, const char *file,
                      char *path, char *error) {
    char pattern[SCREENSHOT_PATH_BYTES];
    int fd = -1;
    if (file[0] != '\0') {
        if (!str_ends_with(file, ".liq") || !str_copy(path, SCREENSHOT_PATH_BYTES, file) ||
            access(file, F_OK) == 0) {
            str_format(error, OPTION_ERROR_BYTES,
                       "instant-replay: \"%.200s\": expected the name of a new recording (.liq)",
                       file);
            return false;
        }
        return true;
    }
    bool named = desk_screenshot_pattern(desk, window, pattern);
    if (named && !end_differently(pattern, ".png", ".liq")) {
        named = str_append(pattern, sizeof pattern, ".liq");
    }
    if (!named) {
        str_copy(error, OPTION_ERROR_BYTES,
                 "instant-replay: no name can be made of screenshot-template");
        return false;
    }
    const enum status status = screenshot_pattern_create(pattern, path, &fd);
    if (status != STATUS_OK) {
        str_format(error, OPTION_ERROR_BYTES, "instant-replay: %.200s: %s", path,
                   status == STATUS_IO ? strerror(errno) : status_text(status));
        return false;
    }
    close(fd); /* empty: a recording begins in it */
    return true;
}

/* What render needs to know of the pane: all of its command but the first word and the source. */
static bool find_settings(const struct desk *desk, const struct desk_window *window,
                          struct desk_instant *instant) {
    const struct pane *pane = window->panes[window->focused];
    const char *slash = strrchr(instant->path, '/');
    const char *name = slash != NULL ? slash + 1 : instant->path;
    const struct source_list source = {.count = 1, .specs = {{.kind = SOURCE_FILE, .path = name}}};
    return picture_command_write(
        &(struct picture_command_desc){.sources = &source,
                                       .options = &desk->options,
                                       .settings = &pane->nav.settings,
                                       .span_ms = pane_span_ms(pane),
                                       .width_px = pane->target.width_px / 2 * 2,
                                       .height_px = pane->target.height_px / 2 * 2},
        instant->settings);
}

static void run(void *user) {
    struct desk_instant *instant = user;
    instant->status = recent_save(instant->recent, instant->path, &instant->saved, instant->reason);
    /* release: pairs with desk_instant_advance */
    atomic_store_explicit(&instant->done, true, memory_order_release);
}

bool desk_instant_save(struct desk *desk, struct desk_window *window, const char *file,
                       char error[OPTION_ERROR_BYTES]) {
    struct desk_instant *instant = &desk->instant;
    if (desk->source.recent == NULL || option_number(&desk->options, OPT_instant_replay) <= 0) {
        str_copy(error, OPTION_ERROR_BYTES,
                 desk->source.kind == SOURCE_FILE
                     ? "instant-replay: this is a recording already"
                     : "instant-replay: nothing is kept (instant-replay is 0)");
        return false;
    }
    if (instant->saving || instant->child != 0) {
        str_format(error, OPTION_ERROR_BYTES, "instant-replay: %.200s is still being made",
                   instant->saving ? instant->path : instant->film);
        return false;
    }
    if (!find_path(desk, window, file, instant->path, error)) {
        return false;
    }
    instant->recent = desk->source.recent;
    instant->settings[0] = '\0';
    (void)find_settings(desk, window, instant); /* no film of what does not fit */
    atomic_store_explicit(&instant->done, false, memory_order_relaxed); /* before the thread */
    instant->saving = thread_start(&instant->thread, THREAD_WRITER, run, instant);
    if (!instant->saving) {
        str_copy(error, OPTION_ERROR_BYTES, "instant-replay: its thread cannot be started");
    }
    return instant->saving;
}

/* -- the film -- */

static bool variable(char *out, size_t size, const char *name, const char *value) {
    return str_format(out, size, "%s=%s", name, value);
}

/* `render` of the recording, from its folder, because the command names it without one. */
static bool begin_film(struct desk *desk) {
    struct desk_instant *instant = &desk->instant;
    char command[PICTURE_COMMAND_BYTES + 256], program[64];
    char variables[3][SCREENSHOT_PATH_BYTES + 32], folder[SCREENSHOT_PATH_BYTES];
    char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES];
    const double span_ms = option_number(&desk->options, OPT_instant_replay) * 1e3;
    const int64_t span_begin_ms = instant->saved.end_ms - (int64_t)span_ms;
    /* Less came since the start: before that nothing is known but bars. */
    const int64_t begin_ms =
        span_begin_ms > instant->saved.begin_ms ? span_begin_ms : instant->saved.begin_ms;
    char *slash = NULL;
    str_copy(instant->film, sizeof instant->film, instant->path);
    str_copy(folder, sizeof folder, instant->path);
    /* This very program, whatever has come in place of its file meanwhile. */
    str_format(program, sizeof program, "/proc/%d/exe", (int)getpid());
    if (strncmp(instant->settings, "liqscope ", 9) != 0 ||
        !end_differently(instant->film, ".liq", ".mp4") || access(instant->film, F_OK) == 0) {
        return false;
    }
    slash = strrchr(folder, '/');
    str_copy(slash != NULL ? slash : folder, 2, slash != NULL ? "" : ".");
    const char *film = strrchr(instant->film, '/');
    if (!variable(variables[0], sizeof variables[0], "LIQSCOPE_FOLDER", folder) ||
        !variable(variables[1], sizeof variables[1], "LIQSCOPE_PROGRAM", program) ||
        !variable(variables[2], sizeof variables[2], "LIQSCOPE_FILM",
                  film != NULL ? film + 1 : instant->film) ||
        !str_format(command, sizeof command,
                    "command -v ffmpeg > /dev/null || exit 9; cd \"$LIQSCOPE_FOLDER\" && "
                    "exec nice -n 19 \"$LIQSCOPE_PROGRAM\" %s -o \"./$LIQSCOPE_FILM\" --speed 1 "
                    "--fps %d --from %s --to %s",
                    instant->settings + 9, (int)option_integer(&desk->options, OPT_fps),
                    clock_format_utc(begin_ms, from),
                    clock_format_utc(instant->saved.end_ms, to))) {
        return false;
    }
    const char *const arguments[] = {"sh", "-c", command, NULL};
    const char *const environment[] = {variables[0], variables[1], variables[2], NULL};
    const struct child_desc child = {
        .arguments = arguments, .environment = environment, .input = ""};
    return child_start(&child, &instant->child) == STATUS_OK;
}

/* -- what became of it -- */

static void end_saving(struct desk *desk, bool film) {
    struct desk_instant *instant = &desk->instant;
    const int64_t kept_s = (instant->saved.end_ms - instant->saved.begin_ms) / 1000;
    thread_join(&instant->thread);
    instant->saving = false;
    if (instant->status != STATUS_OK) {
        desk_notify(desk, "instant replay %s: not saved: %s", instant->path, instant->reason);
        unlink(instant->path); /* what is left of it */
        return;
    }
    const bool filmed =
        film && option_flag(&desk->options, OPT_instant_replay_film) && begin_film(desk);
    desk_tell(desk, "the last %" PRId64 " s are saved to %s%s", kept_s, instant->path,
              filmed ? "; a film of it is being made" : "");
}

static void look_at_film(struct desk *desk) {
    struct desk_instant *instant = &desk->instant;
    int code = 0;
    const enum child_state state = child_look(instant->child, &code);
    if (state == CHILD_RUNS) {
        return;
    }
    instant->child = 0;
    if (state == CHILD_ENDED_WELL) {
        desk_tell(desk, "film of it: %s", instant->film);
    } else if (code == 9) {
        desk_notify(desk, "no film of %s: ffmpeg is not installed", instant->path);
    } else {
        desk_notify(desk, "film %s: not made; the log says why", instant->film);
    }
}

void desk_instant_advance(struct desk *desk) {
    struct desk_instant *instant = &desk->instant;
    /* acquire: pairs with run's release */
    if (instant->saving && atomic_load_explicit(&instant->done, memory_order_acquire)) {
        end_saving(desk, true);
    }
    if (instant->child != 0) {
        look_at_film(desk);
    }
}

/* -- the end of the program -- */

/* False: it still runs. */
static bool await_film(struct desk *desk) {
    const int64_t until_ns = clock_mono_ns() + CLOSE_WAIT_NS;
    look_at_film(desk);
    while (desk->instant.child != 0 && clock_mono_ns() < until_ns) {
        clock_sleep_until_ns(clock_mono_ns() + CLOSE_LOOK_NS);
        look_at_film(desk);
    }
    return desk->instant.child == 0;
}

/* Ended in peace it closes the recording and awaits ffmpeg; who does not end is killed. */
static void stop_film(pid_t child) {
    const int64_t until_ns = clock_mono_ns() + CLOSE_WAIT_NS;
    int code = 0;
    (void)kill(child, SIGTERM);
    while (child_look(child, &code) == CHILD_RUNS) {
        if (clock_mono_ns() >= until_ns) {
            child_kill(child);
            return;
        }
        clock_sleep_until_ns(clock_mono_ns() + CLOSE_LOOK_NS);
    }
}

/* What a reader that was killed leaves beside a recording goes with whoever closes it last. */
static void tidy_recording(const struct desk *desk) {
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status status = STATUS_OK;
    const struct recording_writer_desc desc = {.path = desk->instant.path,
                                               .instruments = desk->source.instruments};
    (void)recording_writer_close(recording_writer_open(&desc, &status, reason), reason);
}

void desk_instant_close(struct desk *desk) {
    struct desk_instant *instant = &desk->instant;
    if (instant->saving) {
        end_saving(desk, false);
    }
    if (instant->child == 0 || await_film(desk)) {
        return;
    }
    stop_film(instant->child);
    instant->child = 0;
    (void)unlink(instant->film);
    tidy_recording(desk);
    desk_notify(desk, "film %s: not finished, and removed; %s is whole", instant->film,
                instant->path);
}
