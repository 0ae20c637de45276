#include "layer/moment.h"

#include "base/clock.h"
#include "base/str.h"

const char *moment_format(const struct zone *zone, int64_t ms, bool seconds,
                          char out[MOMENT_TEXT_BYTES]) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char utc[CLOCK_TEXT_BYTES];
    clock_format_utc(zone_local_ms(zone, ms) / 1000 * 1000, utc);
    unsigned month = (unsigned)(utc[5] - '0') * 10 + (unsigned)(utc[6] - '0') - 1;
    const char *name = month < ARRAY_COUNT(months) ? months[month] : "?";
    str_format(out, MOMENT_TEXT_BYTES, "%.2s %s %.*s", utc + 8, name, seconds ? 8 : 5, utc + 11);
    if (out[0] == '0') { /* "7 Jun", as people write it */
        char rest[MOMENT_TEXT_BYTES];
        str_copy(rest, sizeof rest, out + 1);
        str_copy(out, MOMENT_TEXT_BYTES, rest);
    }
    return out;
}
