#include "app/desk_seek.h"

#include <stdlib.h>
#include <string.h>

#include "app/desk.h"
#include "app/desk_open.h"
#include "app/pipeline_seek.h"
#include "base/clock.h"
#include "base/log.h"

#define STEP_SHARE 0.1 /* of the stretch that is seen */
/* A time that was rounded to the minute may lie so far outside of the recording. */
#define ROUNDED_MS INT64_C(60000)

static const struct replay_track *track_of(struct desk *desk) {
    return replay_worker_track(desk_past_sought(desk)->seeker);
}

/* The event time that counts as now: where it is going, or where it is. */
static int64_t get_now_ms(const struct desk *desk) {
    if (desk->seek.wanted_ms != 0) {
        return desk->seek.wanted_ms;
    }
    return desk->pipeline->paced != NULL ? paced_source_now_ms(desk->pipeline->paced)
                                         : (int64_t)desk->moment.now_ms;
}

static bool can_seek(struct desk *desk, char *error) {
    if (desk_past_sought(desk)->seeker == NULL) {
        str_copy(error, OPTION_ERROR_BYTES,
                 "event lines are only replayed forward; liqscope import FILE -o FILE.liq makes a "
                 "recording of them, which can be sought in");
        return false;
    }
    return true;
}

bool desk_seek_go(struct desk *desk, int64_t ts_ms, char error[OPTION_ERROR_BYTES]) {
    struct desk_seek *seek = &desk->seek;
    if (!can_seek(desk, error)) {
        return false;
    }
    if (desk_past_is_wanted(desk) && !desk_past_holds(desk, ts_ms)) {
        const bool paused = desk_past_is_shown(desk)
                                ? paced_source_get(desk->pipeline->paced).paused
                                : desk->past.paused;
        return desk_past_enter(desk, ts_ms, paused, error);
    }
    const struct replay_track *track = track_of(desk);
    if (track != NULL) {
        const int64_t begin_ms = track->lived_ms != 0 ? track->lived_ms : track->first_ms;
        ts_ms = ts_ms < begin_ms ? begin_ms : ts_ms;
        ts_ms = ts_ms > track->last_ms ? track->last_ms : ts_ms;
    }
    if (seek->loop_to_ms != 0 && (ts_ms < seek->loop_from_ms || ts_ms > seek->loop_to_ms)) {
        seek->loop_from_ms = seek->loop_to_ms = 0;
        desk_tell(desk, "outside of the loop, which has ended");
    }
    seek->wanted_ms = ts_ms;
    replay_worker_ask(desk_past_sought(desk)->seeker, ts_ms);
    return true;
}

/* A loop ends where it says, however fast it is replayed. */
static void hold_loop(struct desk *desk) {
    struct paced_source *paced = desk->pipeline->paced;
    if (paced != NULL) {
        struct pace pace = paced_source_get(paced);
        pace.until_ms = desk->seek.loop_to_ms;
        paced_source_set(paced, &pace);
    }
}

/* -- what is asked for -- */

enum { WORDS_MAX = 3, WORD_BYTES = 64, ASKED_BYTES = 80 };

/* "2026-06-17T08:30", "+1h", "-10m". */
static bool read_time(const char *text, int64_t now_ms, int64_t *out) {
    int64_t span_ms = 0;
    if (text[0] == '+' || text[0] == '-') {
        const bool good = option_parse_span(text + 1, strlen(text + 1), &span_ms);
        *out = now_ms + (text[0] == '-' ? -span_ms : span_ms);
        return good;
    }
    return clock_parse_utc(text, out);
}

/* Where a step from what is seen leads. */
static int64_t step_from(struct desk *desk, int64_t now_ms, double direction) {
    struct desk_window *window = NULL;
    const struct pane *pane = desk_pane(desk, ACTION_PANE_FOCUSED, &window);
    const double step_ms = pane != NULL ? pane_span_ms(pane) * STEP_SHARE : 0;
    return now_ms + (int64_t)(direction * step_ms);
}

/* The moment that the focused pane was scrolled to; following, a step before now. */
static int64_t seen_ms(struct desk *desk, int64_t now_ms) {
    struct desk_window *window = NULL;
    const struct pane *pane = desk_pane(desk, ACTION_PANE_FOCUSED, &window);
    if (pane == NULL || pane->nav.camera.following) {
        return step_from(desk, now_ms, -1);
    }
    const double edge_ms =
        pane->nav.camera.time_left_ms + CAMERA_LIVE_FRACTION * pane_span_ms(pane);
    return edge_ms < (double)now_ms ? (int64_t)edge_ms : now_ms;
}

static bool refuse_time(const char *action, const char *text, char *error) {
    str_format(error, OPTION_ERROR_BYTES,
               "%s: \"%.60s\": no time; expected 2026-06-17T08:30 (UTC), or +1h, -10m", action,
               text);
    return false;
}

/* Of a recording whose files are chosen by the moment, those that are not shown may hold it. */
static bool knows_all(const struct desk *desk) {
    const struct past_files *files = &desk->past.files;
    return !desk_past_is_wanted(desk) ||
           (files->from_ms == INT64_MIN && files->until_ms == INT64_MAX);
}

/* Whether something of a stretch is recorded; text: how it was asked for. */
static bool is_recorded(struct desk *desk, int64_t from_ms, int64_t to_ms, const char *text,
                        char *error) {
    char begin[CLOCK_TEXT_BYTES], end[CLOCK_TEXT_BYTES];
    const struct replay_track *track = knows_all(desk) ? track_of(desk) : NULL;
    if (track == NULL || (to_ms >= track->first_ms && from_ms <= track->last_ms)) {
        return true;
    }
    str_format(error, OPTION_ERROR_BYTES, "%.80s: outside of the recording, which is of %s to %s",
               text, clock_format_utc(track->first_ms, begin),
               clock_format_utc(track->last_ms, end));
    return false;
}

/* A step beyond an end of the recording, +1h, leads to that end; a time that lies there is wrong.
 */
static bool seek_to(struct desk *desk, const char *text, char *error) {
    const bool step = text[0] == '+' || text[0] == '-';
    char asked[ASKED_BYTES];
    int64_t ts_ms = 0;
    if (!read_time(text, get_now_ms(desk), &ts_ms)) {
        return refuse_time("seek", text, error);
    }
    str_format(asked, sizeof asked, "seek: %.50s", text);
    if (!can_seek(desk, error) ||
        (!step && !is_recorded(desk, ts_ms - ROUNDED_MS, ts_ms + ROUNDED_MS, asked, error))) {
        return false;
    }
    return desk_seek_go(desk, ts_ms, error);
}

static bool seek_step(struct desk *desk, double direction, char *error) {
    return desk_seek_go(desk, step_from(desk, get_now_ms(desk), direction), error);
}

/* The words of a text, at most count_max; more are counted. */
static int split_words(const char *text, char words[WORDS_MAX][WORD_BYTES]) {
    int count = 0;
    while (*text != '\0') {
        const size_t blanks = strspn(text, " ");
        const size_t len = strcspn(text + blanks, " ");
        if (len > 0) {
            if (count < WORDS_MAX) {
                str_format(words[count], WORD_BYTES, "%.*s", (int)len, text + blanks);
            }
            count++;
        }
        text += blanks + len;
    }
    return count;
}

static bool read_question(const char *text, struct track_question *out) {
    static const char *const what[] = {[TRACK_FIND_LIQUIDATION] = "liquidation",
                                       [TRACK_FIND_SWEEP] = "sweep",
                                       [TRACK_FIND_GAP] = "gap"};
    char words[WORDS_MAX][WORD_BYTES];
    const int count = split_words(text, words);
    if (count < 2 || count > WORDS_MAX) {
        return false;
    }
    out->before = strcmp(words[0], "previous") == 0;
    int found = -1;
    for (int i = 0; i < (int)ARRAY_COUNT(what); i++) {
        found = strcmp(words[1], what[i]) == 0 ? i : found;
    }
    out->what = found >= 0 ? (enum track_find)found : TRACK_FIND_GAP;
    char *end = "";
    if (count == WORDS_MAX) {
        out->least_usd = strtod(words[WORDS_MAX - 1], &end);
    }
    return found >= 0 && *end == '\0' && out->least_usd >= 0 &&
           (out->before || strcmp(words[0], "next") == 0);
}

static bool jump(struct desk *desk, const char *text, char *error) {
    struct track_question question = {.from_ms = get_now_ms(desk)};
    int64_t ts_ms = 0;
    if (!read_question(text, &question)) {
        str_format(error, OPTION_ERROR_BYTES,
                   "jump: \"%.60s\": expected next or previous, then liquidation, sweep or gap, "
                   "then the least USD if that matters: next liquidation 50000",
                   text);
        return false;
    }
    if (!can_seek(desk, error)) {
        return false;
    }
    const struct replay_track *track = track_of(desk);
    if (track == NULL || !replay_track_find(track, &question, &ts_ms)) {
        const bool more = track != NULL && !track->whole && !question.before;
        str_format(error, OPTION_ERROR_BYTES, "jump: %.60s: %s", text,
                   more ? "none so far; the recording is still being looked through" : "none");
        return false;
    }
    char when[CLOCK_TEXT_BYTES];
    desk_tell(desk, "%.60s: %s", text, clock_format_utc(ts_ms, when));
    return desk_seek_go(desk, ts_ms, error);
}

static bool loop(struct desk *desk, const char *text, char *error) {
    struct desk_seek *seek = &desk->seek;
    char asked[ASKED_BYTES];
    char words[WORDS_MAX][WORD_BYTES];
    const int count = split_words(text, words);
    int64_t from_ms = 0, to_ms = 0;
    if (count == 1 && strcmp(words[0], "off") == 0) {
        seek->loop_from_ms = seek->loop_to_ms = 0;
        hold_loop(desk);
        desk_tell(desk, "replay goes on to the end");
        return true;
    }
    const int64_t now_ms = get_now_ms(desk);
    if (count != 2 || !read_time(words[0], now_ms, &from_ms) ||
        !read_time(words[1], words[1][0] == '+' ? from_ms : now_ms, &to_ms) || to_ms <= from_ms) {
        str_format(error, OPTION_ERROR_BYTES,
                   "loop: \"%.80s\": expected two times, the later one last, or off: "
                   "2026-06-17T08:30 2026-06-17T08:45, or -10m +15m",
                   text);
        return false;
    }
    str_format(asked, sizeof asked, "loop: %.60s", text);
    if (!can_seek(desk, error) || !is_recorded(desk, from_ms, to_ms, asked, error)) {
        return false;
    }
    seek->loop_from_ms = from_ms;
    seek->loop_to_ms = to_ms;
    return desk_seek_go(desk, from_ms, error);
}

bool desk_seek_run(struct desk *desk, const struct action_call *call,
                   char error[OPTION_ERROR_BYTES]) {
    switch (call->action) {
    case ACTION_SEEK_BACK:
        return seek_step(desk, -1, error);
    case ACTION_SEEK_ON:
        return seek_step(desk, +1, error);
    case ACTION_JUMP:
        return jump(desk, call->text, error);
    case ACTION_LOOP:
        return loop(desk, call->text, error);
    case ACTION_REPLAY:
        return call->text[0] != '\0' ? seek_to(desk, call->text, error)
                                     : desk_seek_go(desk, seen_ms(desk, get_now_ms(desk)), error);
    default:
        return seek_to(desk, call->text, error);
    }
}

/* -- from what is live -- */

bool desk_seek_enter(struct desk *desk, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]) {
    const int64_t now_ms = get_now_ms(desk);
    int64_t ts_ms = now_ms;
    switch (call->action) {
    case ACTION_PAUSE:
    case ACTION_FRAME_STEP:
        break;
    case ACTION_SEEK_BACK:
        ts_ms = step_from(desk, now_ms, -1);
        break;
    case ACTION_SEEK:
    case ACTION_REPLAY:
        if (call->text[0] == '\0' && call->action == ACTION_REPLAY) {
            ts_ms = seen_ms(desk, now_ms);
        } else if (!read_time(call->text, now_ms, &ts_ms)) {
            return refuse_time(action_row(call->action)->name, call->text, error);
        }
        break;
    default:
        str_format(error, OPTION_ERROR_BYTES,
                   "%s: this is live; replay, seek and pause look back into what is recorded of it",
                   action_row(call->action)->name);
        return false;
    }
    return desk_past_enter(desk, ts_ms, call->action == ACTION_PAUSE, error);
}

/* -- a frame -- */

/* A picture that does not show the moment any more follows it. */
static void show_moment(struct desk *desk, double ts_ms) {
    for (int w = 0; w < desk->window_count; w++) {
        struct desk_window *window = desk->windows[w];
        for (int i = 0; i < window->pane_count; i++) {
            struct camera *camera = &window->panes[i]->nav.camera;
            if (ts_ms < camera->time_left_ms || ts_ms > camera->time_right_ms) {
                camera->following = true;
            }
        }
        window->changed = true;
    }
}

static void put_in_place(struct desk *desk, struct replay_stand *stand) {
    struct desk_seek *seek = &desk->seek;
    const int64_t ts_ms = stand->ts_ms, taken_ns = stand->taken_ns;
    const int64_t begin_ns = clock_mono_ns();
    char error[OPTION_ERROR_BYTES];
    for (int w = 0; w < desk->window_count; w++) {
        for (int i = 0; i < desk->windows[w]->pane_count; i++) {
            pane_stop(desk->windows[w]->panes[i]);
        }
    }
    hold_loop(desk); /* what comes into its place keeps its pace */
    const bool shown = desk->past.entering ? desk_past_show(desk, stand)
                                           : pipeline_seek_go(desk->pipeline, stand, NULL);
    if (!shown || !desk_start_panes(desk, error)) {
        (void)app_fail(EXIT_STATUS_FAILED, "view", "%s", status_text(STATUS_MEMORY));
        desk->failed = desk->quit = true;
        return;
    }
    if (!desk_past_is_shown(desk)) { /* else alerts look at what is live */
        alert_watch_restart(desk->alerts.watch);
    }
    show_moment(desk, (double)ts_ms);
    seek->took_ms = (double)(taken_ns + clock_mono_ns() - begin_ns) * 1e-6;
    seek->wanted_ms = 0;
    seek->count++;
    LOG_DEBUG("view: sought in %.1f ms, %.1f of them for the engine", seek->took_ms,
              (double)taken_ns * 1e-6);
}

/* As fast as it is read, the clock does not go on beyond what there is. */
static bool is_loop_over(struct desk *desk) {
    const struct paced_source *paced = desk->pipeline->paced;
    const struct pace pace = paced_source_get(desk->pipeline->paced);
    return get_now_ms(desk) >= desk->seek.loop_to_ms ||
           (!pace.paused && !(pace.speed > 0) && paced_source_is_at_end(paced));
}

void desk_seek_advance(struct desk *desk) {
    struct desk_seek *seek = &desk->seek;
    struct replay_stand stand;
    char error[OPTION_ERROR_BYTES];
    struct replay_worker *seeker = desk_past_sought(desk)->seeker;
    if (seeker == NULL) {
        return;
    }
    if (seek->loop_to_ms != 0 && seek->wanted_ms == 0 && is_loop_over(desk)) {
        (void)desk_seek_go(desk, seek->loop_from_ms, error);
    }
    if (!replay_worker_take(seeker, &stand)) {
        return;
    }
    if (stand.ts_ms < stand.lived_ms) { /* which was not known when it was asked for */
        replay_worker_retire(seeker, stand.engine, stand.source);
        (void)desk_seek_go(desk, stand.lived_ms, error);
        return;
    }
    put_in_place(desk, &stand);
}
