#include <string.h>

#include "venue/htx_parse.h"
#include "venue/htx_rows.h"

/* -- rows told by their shape -- */

/* The scan is in an object; it is not moved. The first of marks that is there tells. */
static enum htx_rows rows_of_object(const struct scan *at) {
    static const struct {
        const char *name;
        enum htx_rows rows;
    } marks[] = {{"contract_size", HTX_ROWS_INSTRUMENT},
                 {"direction", HTX_ROWS_LIQUIDATION},
                 {"bankrupt_price", HTX_ROWS_LIQUIDATION},
                 {"funding_rate", HTX_ROWS_FUNDING},
                 {"index_price", HTX_ROWS_INDEX},
                 {"tick", HTX_ROWS_INTEREST_HISTORY},
                 {"list", HTX_ROWS_TIERS},
                 {"close", HTX_ROWS_LAST},
                 {"volume", HTX_ROWS_INTEREST}};
    size_t best = ARRAY_COUNT(marks);
    struct scan scan = *at;
    struct span key;
    while (scan_next_member(&scan, &key)) {
        for (size_t i = 0; i < best; i++) {
            if (span_equal_text(key, marks[i].name)) {
                best = i;
            }
        }
        scan_skip(&scan);
    }
    return best == ARRAY_COUNT(marks) ? HTX_ROWS_OTHER : marks[best].rows;
}

/* A ladder by margin balance has no adjustment factor and says nothing of maintenance. The scan is
 * in the array. */
static bool has_factors(const struct scan *at) {
    struct scan scan = *at;
    const char *begin = scan.at;
    scan_leave(&scan, scan.depth - 1);
    static const char mark[] = "\"adjust_factor\"";
    const size_t len = sizeof mark - 1;
    for (const char *p = begin; p + len <= scan.at; p++) {
        if (*p == '"' && memcmp(p, mark, len) == 0) {
            return true;
        }
    }
    return false;
}

static enum htx_rows rows_of_array(const struct scan *at) {
    struct scan scan = *at;
    struct scan_value value;
    if (!scan_next_element(&scan) || scan_read(&scan, &value) != SCAN_OBJECT) {
        return HTX_ROWS_OTHER;
    }
    const enum htx_rows rows = rows_of_object(&scan);
    return rows == HTX_ROWS_TIERS && !has_factors(at) ? HTX_ROWS_OTHER : rows;
}

/* -- the answer -- */

enum { CHANNEL, STATUS, CODE, TICK, TICKS, DATA, TIME, ERROR_TEXT, TEXT, MESSAGE, MEMBER_COUNT };

static enum status judge(const struct htx_work *work, enum htx_rows rows) {
    return work->message->count > 0 || rows == HTX_ROWS_INSTRUMENT ? STATUS_OK
           : work->row_count > 0                                   ? STATUS_CANCELLED
                                                                   : STATUS_IGNORED;
}

/* The linear contracts are a list, those margined in coin another: the next page. */
static void set_cursor(struct venue_message *message, const char *path) {
    static const char first[] = "/linear-swap-api/v1/swap_contract_info";
    if (path != NULL && strncmp(path, first, sizeof first - 1) == 0) {
        str_copy(message->reply, sizeof message->reply, "coin");
    }
}

static enum status read_array(struct htx_work *work, const char *path, struct venue_field *field) {
    const enum htx_rows rows = rows_of_array(&field->inside);
    if (rows == HTX_ROWS_OTHER) { /* a list may be empty */
        const bool list = path != NULL && strstr(path, "/swap_contract_info") != NULL;
        if (!list || scan_next_element(&field->inside)) {
            return STATUS_IGNORED;
        }
        set_cursor(work->message, path);
        return STATUS_OK;
    }
    htx_read_rows(work, rows, &field->inside);
    if (rows == HTX_ROWS_INSTRUMENT) {
        set_cursor(work->message, path);
    }
    return judge(work, rows);
}

/* An object instead of a list: one row, a page {"data":[…]}, or what we do not read. */
static enum status read_object(struct htx_work *work, struct venue_field *field) {
    static const char *const names[] = {"data", "total_page"};
    struct venue_field page[ARRAY_COUNT(names)];
    struct scan ahead = field->inside;
    venue_fields_read(&ahead, names, ARRAY_COUNT(names), page);
    if (page[0].value.type == SCAN_ARRAY) {
        return read_array(work, NULL, &page[0]);
    }
    const enum htx_rows rows = rows_of_object(&field->inside);
    if (rows == HTX_ROWS_OTHER || rows == HTX_ROWS_TIERS) {
        return STATUS_IGNORED;
    }
    htx_read_object(work, rows, &field->inside);
    return judge(work, rows);
}

/* The newest trades: data[{"data":[…]}]; else it is tick.data[…]. */
static void read_trade_batches(struct htx_work *work, struct scan *scan) {
    struct scan_value value;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            htx_read_trades(work, scan);
        } else {
            work->row_count++;
            venue_parser_count(work->parser, STATUS_MALFORMED);
        }
        scan_leave(scan, depth);
    }
}

static enum status read_channel(struct htx_work *work, struct venue_field *m) {
    struct htx_channel channel;
    htx_read_channel(m[CHANNEL].value.text, &channel);
    if (!span_equal_text(channel.code, "*")) {
        work->symbol_status = htx_find_code(work, channel.code, &work->symbol);
    }
    work->interval_s = channel.interval_s;
    if (channel.rows == HTX_ROWS_BOOK_WHOLE && m[TICK].value.type == SCAN_OBJECT) {
        return htx_read_book(work, true, &m[TICK].inside);
    }
    if (channel.rows == HTX_ROWS_TRADE && m[TICK].value.type == SCAN_OBJECT) {
        htx_read_trades(work, &m[TICK].inside);
    } else if (channel.rows == HTX_ROWS_TRADE && m[DATA].value.type == SCAN_ARRAY) {
        read_trade_batches(work, &m[DATA].inside);
    } else if (channel.rows == HTX_ROWS_KLINE && m[DATA].value.type == SCAN_ARRAY) {
        htx_read_rows(work, HTX_ROWS_KLINE, &m[DATA].inside);
    } else if (channel.rows == HTX_ROWS_LAST && m[TICK].value.type == SCAN_OBJECT) {
        htx_read_object(work, HTX_ROWS_LAST, &m[TICK].inside);
    } else {
        return STATUS_IGNORED; /* bars of the mark price, the index, the basis, merged levels */
    }
    return judge(work, channel.rows);
}

/* v1 says status "ok", v3 and v5 say code 200. */
static bool read_refusal(struct venue_message *message, const struct venue_field *m) {
    const struct scan_value *code = &m[CODE].value;
    const bool good =
        (m[STATUS].value.type == SCAN_NONE || venue_text_is(&m[STATUS].value, "ok")) &&
        (code->type == SCAN_NONE || span_equal_text(code->text, "200"));
    if (good) {
        return false;
    }
    const struct scan_value *text = m[ERROR_TEXT].value.type != SCAN_NONE ? &m[ERROR_TEXT].value
                                    : m[TEXT].value.type != SCAN_NONE     ? &m[TEXT].value
                                    : m[MESSAGE].value.type != SCAN_NONE  ? &m[MESSAGE].value
                                                                          : &m[STATUS].value;
    venue_message_reply(message, text);
    message->kind = MESSAGE_CONTROL;
    message->control = CONTROL_ERROR;
    return true;
}

/* The shape of the whole is checked before any row is read: a text that is cut gives nothing. */
enum status htx_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                           const char *bytes, size_t len, int64_t recv_ns,
                           struct venue_message *message) {
    static const char *const names[MEMBER_COUNT] = {"ch",   "status", "code",    "tick", "ticks",
                                                    "data", "ts",     "err_msg", "msg",  "message"};
    struct venue_field m[MEMBER_COUNT];
    struct htx_work work = {.parser = parser,
                            .message = message,
                            .recv_ns = recv_ns,
                            .symbol = about->symbol,
                            .symbol_status = STATUS_NOT_FOUND,
                            .interval_s = about->interval_s};
    struct scan scan, row;
    bool has_time = false;
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        return begun;
    }
    row = scan;
    venue_fields_read(&scan, names, MEMBER_COUNT, m);
    if (!scan_end(&scan) || !htx_optional_integer(&m[TIME].value, &work.ts_ms, &has_time)) {
        return STATUS_MALFORMED;
    }
    const bool answer = m[STATUS].value.type != SCAN_NONE || m[CODE].value.type != SCAN_NONE;
    if (answer && read_refusal(message, m)) {
        return STATUS_OK;
    }
    if (answer && m[CHANNEL].value.type == SCAN_STRING) {
        return read_channel(&work, m);
    }
    if (answer && m[TICKS].value.type == SCAN_ARRAY) {
        return read_array(&work, about->path, &m[TICKS]);
    }
    if (answer && m[DATA].value.type == SCAN_ARRAY) {
        return read_array(&work, about->path, &m[DATA]);
    }
    if (answer && m[DATA].value.type == SCAN_OBJECT) {
        return read_object(&work, &m[DATA]);
    }
    const enum htx_rows rows = answer ? HTX_ROWS_OTHER : rows_of_object(&row);
    if (rows != HTX_ROWS_LIQUIDATION && rows != HTX_ROWS_FUNDING && rows != HTX_ROWS_INTEREST) {
        return STATUS_IGNORED;
    }
    htx_read_object(&work, rows, &row); /* a row alone */
    return judge(&work, rows);
}
