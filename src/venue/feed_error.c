#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "venue/feed_inside.h"

/* A stranger's text on one line of visible ASCII; what does not fit is left out. */
static void quote(const char *text, size_t len, char out[static VENUE_REASON_BYTES]) {
    static const char digits[] = "0123456789abcdef";
    size_t end = 0;
    for (size_t i = 0; i < len && text[i] != '\0'; i++) {
        const unsigned char c = (unsigned char)text[i];
        const bool plain = c >= ' ' && c < 127;
        const size_t wanted = plain ? 1 : 4;
        if (end + wanted >= VENUE_REASON_BYTES) {
            break;
        }
        if (plain) {
            out[end++] = (char)c;
        } else {
            out[end++] = '\\';
            out[end++] = 'x';
            out[end++] = digits[c >> 4];
            out[end++] = digits[c & 15];
        }
    }
    out[end] = '\0';
}

/* Where the same was said before, else the place of the oldest, emptied. */
static struct venue_feed_error *find_error(struct venue_feed *feed, const char *where,
                                           const char *text) {
    struct venue_feed_error *errors = feed->errors;
    for (int i = 0; i < feed->error_count; i++) {
        if (strcmp(errors[i].where, where) == 0 && strcmp(errors[i].text, text) == 0) {
            return &errors[i];
        }
    }
    if (feed->error_count == VENUE_ERRORS_MAX) {
        memmove(errors, errors + 1, (VENUE_ERRORS_MAX - 1) * sizeof *errors);
        feed->error_count--;
    }
    struct venue_feed_error *error = &errors[feed->error_count++];
    *error = (struct venue_feed_error){.count = 0};
    str_copy(error->where, sizeof error->where, where);
    str_copy(error->text, sizeof error->text, text);
    return error;
}

void feed_error_tell(struct venue_feed *feed, const char *where, const char *text, size_t len) {
    char quoted[VENUE_REASON_BYTES], place[VENUE_WHERE_BYTES];
    quote(text, len, quoted);
    str_copy_span(place, sizeof place, (struct span){where, strcspn(where, "?")});
    find_error(feed, place, quoted)->count++;
    feed_count(&feed->stats.errors, 1);
    LOG_WARN("%s %s: the venue says: %s", feed->name, place, quoted);
    str_copy(feed->notice, sizeof feed->notice, quoted);
    feed->notice_ns = clock_mono_ns();
}

int feed_errors(const struct venue_feed *feed, const struct venue_feed_error **out) {
    *out = feed->errors;
    return feed->error_count;
}
