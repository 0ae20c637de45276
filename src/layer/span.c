#include "layer/span.h"

#include <assert.h>

#include "base/number.h"
#include "base/str.h"

#define DOT         "  \xc2\xb7  "
#define LEAST_SHARE 0.02 /* of the window: less than this missing at its left is not told */

/* Time of the first column in view that has anything; the left edge where the field covers it. */
static double known_from_ms(const struct layer_context *context) {
    const struct field *field = context->field;
    double left_ms = context->camera->time_left_ms;
    if (field == NULL) {
        return left_ms;
    }
    int64_t col = (int64_t)(left_ms / field->grid.col_ms);
    col = col > field->oldest_col ? col : field->oldest_col;
    while (col <= field->newest_col &&
           (field_get_column(field, col)->flags & LAYERS_COLUMN_EMPTY) != 0) {
        col++;
    }
    double from_ms = (double)col * field->grid.col_ms;
    return from_ms > left_ms ? from_ms : left_ms;
}

static double right_ms(const struct layer_context *context) {
    double now_ms = (double)context->frame->now_ms;
    double edge_ms = context->camera->time_right_ms;
    return now_ms < edge_ms ? now_ms : edge_ms;
}

const char *span_text(const struct layer_context *context, char out[SPAN_TEXT_BYTES]) {
    char whole[NUMBER_TEXT_BYTES];
    char known[NUMBER_TEXT_BYTES];
    double left_ms = context->camera->time_left_ms;
    double span_ms = context->camera->time_right_ms - left_ms;
    double from_ms = known_from_ms(context);
    number_format_span((int64_t)(span_ms + 0.5), whole);
    if (from_ms - left_ms > LEAST_SHARE * span_ms && right_ms(context) > from_ms) {
        str_format(out, SPAN_TEXT_BYTES, "%s of %s",
                   number_format_span((int64_t)(right_ms(context) - from_ms), known), whole);
    } else {
        str_copy(out, SPAN_TEXT_BYTES, whole);
    }
    return out;
}

static int64_t seen_ms(const struct layer_context *context) {
    double ms = right_ms(context) - known_from_ms(context);
    return (int64_t)(ms > 0 ? ms + 0.5 : 0);
}

const char *span_seen(const struct layer_context *context, char out[SPAN_TEXT_BYTES]) {
    char seen[NUMBER_TEXT_BYTES];
    str_copy(out, SPAN_TEXT_BYTES, number_format_span(seen_ms(context), seen));
    return out;
}

const char *span_of_bars(const struct layer_context *context, int64_t ms, int64_t bar_ms,
                         char out[SPAN_TEXT_BYTES]) {
    char text[NUMBER_TEXT_BYTES];
    const int64_t whole_ms = seen_ms(context);
    const bool whole = ms >= whole_ms - 2 * bar_ms && ms <= whole_ms + 2 * bar_ms;
    str_copy(out, SPAN_TEXT_BYTES, number_format_span(whole ? whole_ms : ms, text));
    return out;
}

const char *span_reading(const struct layer_context *context, char out[SPAN_TEXT_BYTES]) {
    char span[SPAN_TEXT_BYTES];
    if (context->settings->opened_within_window) {
        str_format(out, SPAN_TEXT_BYTES, "only opened within %s", span_text(context, span));
    } else {
        str_copy(out, SPAN_TEXT_BYTES, "all known positions");
    }
    return out;
}

const char *span_title(const struct layer_context *context, int length, char out[SPAN_TEXT_BYTES]) {
    assert(length >= 0 && length < SPAN_LENGTH_COUNT);
    span_text(context, out);
    if (context->settings->opened_within_window) {
        str_append(out, SPAN_TEXT_BYTES, DOT "%s",
                   length == 0 ? "only positions opened within" : "opened within");
    } else if (length == 0) {
        str_append(out, SPAN_TEXT_BYTES, DOT "all known positions");
    }
    return out;
}
