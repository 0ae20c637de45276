#include "view/wall.h"

#include <assert.h>
#include <math.h>

enum { MINUTE_S = 60, DAY_S = WALL_DAY_MINUTES * MINUTE_S };

/* "22:00" at *text, which is moved behind it. */
static bool take_minute(const char **text, int *minute) {
    const char *t = *text;
    int hour = 0;
    int digits = 0;
    for (; *t >= '0' && *t <= '9' && digits < 2; t++, digits++) {
        hour = hour * 10 + (*t - '0');
    }
    if (digits == 0 || hour > 23 || t[0] != ':' || t[1] < '0' || t[1] > '5' || t[2] < '0' ||
        t[2] > '9') {
        return false;
    }
    *minute = hour * 60 + (t[1] - '0') * 10 + (t[2] - '0');
    *text = t + 3;
    return true;
}

bool wall_hours_parse(const char *text, struct wall_hours *out) {
    struct wall_hours hours = {0};
    if (*text != '\0') {
        bool good = take_minute(&text, &hours.from_minute) && *text++ == '-' &&
                    take_minute(&text, &hours.to_minute) && *text == '\0';
        if (!good) {
            return false;
        }
    }
    *out = hours;
    return true;
}

double wall_light(const struct wall_hours *hours, double least, int second_of_day) {
    if (hours->from_minute == hours->to_minute) {
        return 1;
    }
    /* From the beginning of the hours; the fade at their end lies behind them. */
    int length_s = (hours->to_minute - hours->from_minute) * MINUTE_S;
    int since_s = second_of_day - hours->from_minute * MINUTE_S;
    length_s += length_s < 0 ? DAY_S : 0;
    since_s += since_s < 0 ? DAY_S : 0;
    const double fade_s = WALL_FADE_MINUTES * MINUTE_S;
    double dark =
        since_s < length_s ? fmin(1, since_s / fade_s) : fmax(0, 1 - (since_s - length_s) / fade_s);
    return 1 - dark * (1 - least);
}

struct wall_shift wall_shift_at(int by_px, int64_t seconds) {
    assert(by_px >= 0);
    int side = 2 * by_px + 1;
    int64_t cells = (int64_t)side * side;
    /* There and back without staying at the ends. */
    int64_t period = cells > 1 ? 2 * (cells - 1) : 1;
    int64_t at = seconds / WALL_SHIFT_EVERY_S % period;
    at = at < cells ? at : period - at;
    int y = (int)(at / side);
    int x = (int)(at % side);
    return (struct wall_shift){y % 2 == 0 ? x : side - 1 - x, y};
}

int wall_turn(double seconds, double every_s, int count) {
    assert(every_s > 0);
    assert(count >= 1);
    return (int)fmod(floor(fmax(0, seconds) / every_s), count);
}
