#include "app/truth_read.h"

#include "archive/line_stream.h"
#include "base/str.h"

static enum exit_status read_lines(struct truth *truth, struct line_stream *stream,
                                   const char *path, char *reason) {
    char why[TRUTH_REASON_BYTES];
    const char *line = NULL;
    size_t len = 0;
    enum status status = STATUS_OK;
    while ((status = line_stream_next(stream, &line, &len)) == STATUS_OK) {
        if (!truth_add_line(truth, line, len, why)) {
            str_format(reason, TRUTH_READ_REASON_BYTES, "%s:%lld: %s", path,
                       (long long)line_stream_number(stream), why);
            return EXIT_STATUS_FAILED;
        }
    }
    if (status == STATUS_RANGE) {
        str_format(reason, TRUTH_READ_REASON_BYTES, "%s:%lld: expected a line of %d bytes at most",
                   path, (long long)line_stream_number(stream), LINE_BYTES_MAX);
        return EXIT_STATUS_FAILED;
    }
    if (status != STATUS_END) {
        str_copy(reason, TRUTH_READ_REASON_BYTES, line_stream_reason(stream));
        return EXIT_STATUS_FAILED;
    }
    if (!truth_take_header(truth)) {
        str_format(reason, TRUTH_READ_REASON_BYTES, "%s: is empty; expected a header line", path);
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}

enum exit_status truth_read_file(struct truth *truth, const char *path,
                                 char reason[TRUTH_READ_REASON_BYTES]) {
    char why[LINE_REASON_BYTES] = "";
    enum status status = STATUS_OK;
    struct line_stream *stream = line_stream_open(path, &status, why);
    if (stream == NULL) {
        str_copy(reason, TRUTH_READ_REASON_BYTES, why);
        return EXIT_STATUS_FAILED;
    }
    enum exit_status read = read_lines(truth, stream, path, reason);
    line_stream_close(stream);
    return read;
}

static void take_span(void *user, const struct market_truth_span *span) {
    truth_add_span(
        user, &(struct truth_span){.from_ms = span->from_ms,
                                   .to_ms = span->to_ms,
                                   .side = span->position == POS_LONG ? MODEL_LONG : MODEL_SHORT,
                                   .stop_first = span->stop_first,
                                   .qty_base = (double)span->qty_lots * MARKET_LOT,
                                   .liquidation_price = span->liquidation_price});
}

struct market_truth_sink truth_read_sink(struct truth *truth) {
    return (struct market_truth_sink){.span = take_span, .user = truth};
}
