#include "app/desk_replay.h"

#include <math.h>

#include "app/desk.h"
#include "base/clock.h"

/* A recording's clock stops this long after its newest event: there is nothing to scroll to. */
#define RECORDING_LEAD_MS 2000.0
#define FRAME_MS          (1000.0 / 60)

/* Event seconds a second; the last is as fast as it can be read. */
static const double speeds[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 0};

double desk_replay_now_ms(const struct desk *desk, const struct scene *scene) {
    const struct pace pace = paced_source_get(desk->pipeline->paced);
    if (!(pace.speed > 0) && !pace.paused) {
        return (double)scene->ts_ms; /* as fast as it is read: nothing to run along with */
    }
    return fmin((double)paced_source_now_ms(desk->pipeline->paced),
                (double)scene->ts_ms + RECORDING_LEAD_MS);
}

static size_t find_speed(double speed) {
    size_t at = 0;
    while (at < ARRAY_COUNT(speeds) - 1 && (speed <= 0 || speeds[at] < speed)) {
        at++;
    }
    return at;
}

static void tell_pace(struct desk *desk, const struct pace *pace) {
    const char *how = pace->paused ? "replay stands still, at" : "replay at";
    if (pace->speed > 0) {
        desk_tell(desk, "%s %g times its speed", how, pace->speed);
    } else {
        desk_tell(desk, "%s the speed at which it can be read", how);
    }
}

static bool skip(struct pace *pace, const char *text, int64_t now_ms, char *error) {
    char now[CLOCK_TEXT_BYTES];
    int64_t to_ms = 0;
    if (!clock_parse_utc(text, &to_ms)) {
        str_format(error, OPTION_ERROR_BYTES,
                   "skip: \"%.60s\": no time; expected 2026-06-17T08:30 (UTC)", text);
        return false;
    }
    if (to_ms <= now_ms) {
        str_format(error, OPTION_ERROR_BYTES, "skip: %.60s has passed, it is %s; seek goes back",
                   text, clock_format_utc(now_ms, now));
        return false;
    }
    pace->skip_to_ms = to_ms;
    return true;
}

bool desk_replay_run(struct desk *desk, const struct action_call *call,
                     char error[OPTION_ERROR_BYTES]) {
    struct paced_source *paced = desk->pipeline->paced;
    if (paced == NULL) {
        return desk_seek_enter(desk, call, error);
    }
    struct pace pace = paced_source_get(paced);
    const int64_t now_ms = paced_source_now_ms(paced);
    const size_t at = find_speed(pace.speed);
    pace.skip_to_ms = 0;
    switch (call->action) {
    case ACTION_PAUSE:
        pace.paused = !pace.paused;
        break;
    case ACTION_SLOWER:
        pace.speed = speeds[at > 0 ? at - 1 : 0];
        break;
    case ACTION_FASTER:
        pace.speed = speeds[at + 1 < ARRAY_COUNT(speeds) ? at + 1 : at];
        break;
    case ACTION_FRAME_STEP:
        pace.paused = true;
        pace.skip_to_ms = now_ms + (int64_t)ceil(FRAME_MS * fmax(pace.speed, 1));
        break;
    case ACTION_SEEK:
    case ACTION_SEEK_BACK:
    case ACTION_SEEK_ON:
    case ACTION_JUMP:
    case ACTION_LOOP:
    case ACTION_REPLAY:
        return desk_seek_run(desk, call, error);
    default:
        if (!skip(&pace, call->text, now_ms, error)) {
            return false;
        }
        break;
    }
    paced_source_set(paced, &pace);
    if (call->action != ACTION_FRAME_STEP && call->action != ACTION_SKIP) {
        tell_pace(desk, &pace);
    }
    return true;
}
