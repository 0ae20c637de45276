#include <string.h>

#include "venue/okx_parse.h"
#include "venue/okx_rows.h"

/* -- rows told by their shape -- */

/* The scan is at a row; it is not moved. */
static enum okx_rows rows_of_object(const struct scan *at) {
    static const struct {
        const char *name;
        enum okx_rows rows;
    } marks[] = {{"tradeId", OKX_ROWS_TRADE},      {"details", OKX_ROWS_LIQUIDATION},
                 {"bids", OKX_ROWS_BOOK},          {"tickSz", OKX_ROWS_INSTRUMENT},
                 {"maxLever", OKX_ROWS_TIER},      {"idxPx", OKX_ROWS_INDEX},
                 {"markPx", OKX_ROWS_FACTS},       {"fundingRate", OKX_ROWS_FACTS},
                 {"realizedRate", OKX_ROWS_FACTS}, {"oi", OKX_ROWS_FACTS},
                 {"last", OKX_ROWS_FACTS}};
    size_t best = ARRAY_COUNT(marks); /* the first of marks that is there: options have several */
    struct scan scan = *at;
    struct scan_value value;
    struct span key;
    bool priced = false;
    if (scan_read(&scan, &value) != SCAN_OBJECT) {
        return OKX_ROWS_OTHER;
    }
    while (scan_next_member(&scan, &key)) {
        for (size_t i = 0; i < best; i++) {
            if (span_equal_text(key, marks[i].name)) {
                best = i;
            }
        }
        priced = priced || span_equal_text(key, "instId");
        scan_skip(&scan);
    }
    const enum okx_rows rows = best == ARRAY_COUNT(marks) ? OKX_ROWS_OTHER : marks[best].rows;
    /* A settlement and an insurance fund have details, too, but are of no instrument. */
    return rows == OKX_ROWS_LIQUIDATION && !priced ? OKX_ROWS_OTHER : rows;
}

/* Klines have nine columns, those of mark and index prices six; open interest has four. */
static enum okx_rows rows_of_array(const struct scan *at) {
    enum { KLINE_COLUMNS = 9, INTEREST_COLUMNS = 4 };
    struct scan scan = *at;
    size_t count = 0;
    if (!scan_read_row(&scan, NULL, 0, &count)) {
        return OKX_ROWS_OTHER;
    }
    return count == KLINE_COLUMNS      ? OKX_ROWS_KLINE
           : count == INTEREST_COLUMNS ? OKX_ROWS_INTEREST
                                       : OKX_ROWS_OTHER;
}

static enum okx_rows rows_at(const struct scan *at) {
    struct scan scan = *at;
    struct scan_value value;
    const enum scan_type type = scan_read(&scan, &value);
    return type == SCAN_OBJECT  ? rows_of_object(at)
           : type == SCAN_ARRAY ? rows_of_array(at)
                                : OKX_ROWS_OTHER;
}

static bool asks_for_swaps(const char *path) {
    struct span type;
    return venue_query(path, "instType", &type) && span_equal_text(type, "SWAP");
}

static bool is_list(const char *path) {
    static const char list[] = "/api/v5/public/instruments";
    return path != NULL && strncmp(path, list, sizeof list - 1) == 0;
}

/* The list of instruments has a page for swaps and one for dated futures. */
static void set_cursor(struct venue_message *message, const char *path) {
    if (asks_for_swaps(path)) {
        str_copy(message->reply, sizeof message->reply, "FUTURES");
    }
}

/* -- the answer -- */

/* The scan is in the array of rows; all are of the first one's kind. */
static enum status read_rows(struct okx_work *work, const struct venue_rest_about *about,
                             struct scan *scan) {
    struct scan ahead = *scan;
    const enum okx_rows rows = scan_next_element(&ahead) ? rows_at(&ahead) : OKX_ROWS_OTHER;
    if (rows == OKX_ROWS_OTHER) { /* a list may be empty */
        return is_list(about->path) && !scan_next_element(scan) ? STATUS_OK : STATUS_IGNORED;
    }
    if (rows == OKX_ROWS_BOOK) {
        scan_next_element(scan);
        return okx_read_book(work, OKX_BOOK_WHOLE, scan);
    }
    if (rows == OKX_ROWS_TIER) {
        okx_read_tiers(work, asks_for_swaps(about->path), scan);
    }
    while (rows != OKX_ROWS_TIER && scan_next_element(scan)) {
        okx_read_row(work, rows, scan);
    }
    if (rows == OKX_ROWS_INSTRUMENT) {
        set_cursor(work->message, about->path);
    }
    if (work->message->count > 0 || rows == OKX_ROWS_INSTRUMENT) {
        return STATUS_OK; /* even without an instrument that is wanted */
    }
    return STATUS_CANCELLED;
}

/* What the venue refused; code 0 is none. */
static bool read_refusal(struct venue_message *message, const struct venue_field *code,
                         const struct venue_field *text) {
    if (code->value.type != SCAN_STRING || span_equal_text(code->value.text, "0")) {
        return false;
    }
    message->kind = MESSAGE_CONTROL;
    message->control = CONTROL_ERROR;
    okx_set_reply(message, &code->value, &text->value);
    return true;
}

/* The shape of the whole is checked before any row is read: a text that is cut gives nothing. */
enum status okx_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                           const char *bytes, size_t len, int64_t recv_ns,
                           struct venue_message *message) {
    static const char *const names[] = {"code", "msg", "data", "instId"};
    enum { CODE, TEXT, DATA, INST, COUNT };
    struct venue_field f[COUNT];
    struct okx_work work = {.parser = parser,
                            .message = message,
                            .recv_ns = recv_ns,
                            .symbol = about->symbol,
                            .symbol_status = STATUS_NOT_FOUND,
                            .interval_s = about->interval_s};
    struct scan scan, row;
    scan_init(&row, bytes, len);
    const enum status begun = venue_object_begin(&scan, bytes, len);
    if (begun != STATUS_OK) {
        return begun;
    }
    venue_fields_read(&scan, names, COUNT, f);
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (read_refusal(message, &f[CODE], &f[TEXT])) {
        return STATUS_OK;
    }
    if (f[DATA].value.type == SCAN_ARRAY) {
        return read_rows(&work, about, &f[DATA].inside);
    }
    const enum okx_rows rows = f[INST].value.type == SCAN_STRING ? rows_at(&row) : OKX_ROWS_OTHER;
    if (rows == OKX_ROWS_OTHER || rows == OKX_ROWS_BOOK || rows == OKX_ROWS_TIER) {
        return STATUS_IGNORED;
    }
    okx_read_row(&work, rows, &row); /* a row alone */
    return message->count > 0 ? STATUS_OK : STATUS_CANCELLED;
}
