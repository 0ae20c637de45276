#include "base/str.h"
#include "venue/gate_parse.h"
#include "venue/gate_rows.h"

/* What an answer is made of, told by its rows. */
enum shape {
    SHAPE_NONE,
    SHAPE_CONTRACT,
    SHAPE_TICKER,
    SHAPE_TRADE,
    SHAPE_LIQUIDATION,
    SHAPE_STATS,
    SHAPE_KLINE,
    SHAPE_FUNDING,
    SHAPE_TIER
};

static bool has(const struct gate_work *work, enum gate_field field) {
    return work->row[field].value.type != SCAN_NONE;
}

/* Bars of mark, index and premium prices have no volume: they are none of the market. */
static enum shape find_shape(const struct gate_work *work) {
    if (has(work, GATE_NAME) && has(work, GATE_MULTIPLIER)) {
        return SHAPE_CONTRACT;
    }
    if (has(work, GATE_RISK_LIMIT) && has(work, GATE_MAINTENANCE)) {
        return SHAPE_TIER;
    }
    if (has(work, GATE_CONTRACT) && has(work, GATE_LAST) && has(work, GATE_TOTAL_SIZE)) {
        return SHAPE_TICKER;
    }
    if (has(work, GATE_CREATE_TIME) && has(work, GATE_SIZE) && has(work, GATE_PRICE)) {
        return SHAPE_TRADE;
    }
    if (has(work, GATE_TIME) && has(work, GATE_SIZE) &&
        (has(work, GATE_FILL_PRICE) || has(work, GATE_ORDER_PRICE))) {
        return SHAPE_LIQUIDATION;
    }
    if (has(work, GATE_TIME) && has(work, GATE_OPEN_INTEREST)) {
        return SHAPE_STATS;
    }
    if (has(work, GATE_T) && has(work, GATE_O) && has(work, GATE_V)) {
        return SHAPE_KLINE;
    }
    return has(work, GATE_T) && has(work, GATE_R) ? SHAPE_FUNDING : SHAPE_NONE;
}

/* The symbol of a tier's row; else the one that was asked for. */
static struct venue_symbol *find_symbol(struct gate_work *work) {
    const struct scan_value *name = &work->row[GATE_CONTRACT].value;
    return name->type == SCAN_NONE ? work->about->symbol : venue_symbol_of(work->parser, name);
}

/* work->row holds a row of the answer. */
static void add_row(struct gate_work *work, struct gate_tiers *tiers) {
    switch (find_shape(work)) {
    case SHAPE_CONTRACT:
        gate_add_contract(work);
        break;
    case SHAPE_TICKER:
        gate_add_ticker(work);
        break;
    case SHAPE_TRADE:
        gate_add_trade(work);
        break;
    case SHAPE_LIQUIDATION:
        gate_add_liquidation(work, 1); /* the position's size, not the order's */
        break;
    case SHAPE_STATS:
        gate_add_interest(work);
        break;
    case SHAPE_KLINE:
        gate_add_kline(work, work->about->symbol, work->about->interval_s);
        break;
    case SHAPE_FUNDING:
        gate_add_funding(work);
        break;
    case SHAPE_TIER:
        gate_tiers_take(work, tiers, find_symbol(work));
        break;
    default:
        work->row_count--; /* none of ours: with no others, the answer is ignored */
        break;
    }
}

/* {"id":…,"current":…,"update":…,"asks":[{"p","s"}],"bids":[…]} of the symbol asked for */
static enum status read_order_book(struct gate_work *work) {
    struct venue_message *message = work->message;
    int64_t ts_ms = 0;
    message->step.snapshot = true;
    if (!scan_integer(&work->row[GATE_ID].value, &message->step.last_id) ||
        !gate_time(&work->row[GATE_UPDATE].value, &ts_ms) ||
        work->row[GATE_ASKS].value.type != SCAN_ARRAY ||
        work->row[GATE_BIDS].value.type != SCAN_ARRAY) {
        return STATUS_MALFORMED;
    }
    message->step.first_id = message->step.last_id;
    message->step.prev_id = message->step.last_id - 1;
    venue_book_begin(work->parser, message);
    gate_read_levels(work, &work->row[GATE_BIDS].inside, SIDE_BUY);
    gate_read_levels(work, &work->row[GATE_ASKS].inside, SIDE_SELL);
    return venue_book_end(work->parser, message, work->about->symbol, ts_ms, work->recv_ns);
}

/* The page after this list of contracts, "/api/v4/futures/usdt/contracts": the next settlement in
 * which a symbol that we know is settled. */
static void name_next_page(struct gate_work *work) {
    const struct venue_symbols *symbols = &work->parser->symbols;
    const char *path = work->about->path == NULL ? "" : work->about->path;
    bool wanted[GATE_SETTLEMENT_COUNT] = {false};
    int page = GATE_SETTLEMENT_COUNT;
    for (int i = 0; i < GATE_SETTLEMENT_COUNT; i++) {
        char end[32];
        str_format(end, sizeof end, "/futures/%s/contracts", gate_settlement_names[i]);
        page = str_ends_with(path, end) ? i : page;
    }
    for (size_t i = 0; i < symbols->count; i++) {
        wanted[gate_settlement_of(&symbols->entries[i])] = true;
    }
    for (int i = page + 1; i < GATE_SETTLEMENT_COUNT; i++) {
        if (wanted[i]) {
            str_copy(work->message->reply, sizeof work->message->reply, gate_settlement_names[i]);
            return;
        }
    }
}

static void read_rows(struct gate_work *work, struct scan *scan, struct gate_tiers *tiers) {
    struct scan_value value;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        if (scan_read(scan, &value) == SCAN_OBJECT) {
            gate_row_read(work, scan, GATE_FIELD_COUNT);
            add_row(work, tiers);
        }
        scan_leave(scan, depth);
    }
}

enum status gate_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                            const char *bytes, size_t len, int64_t recv_ns,
                            struct venue_message *message) {
    struct gate_work work;
    struct gate_tiers tiers = {.symbol = NULL};
    struct scan scan;
    struct scan_value value;
    work.parser = parser;
    work.message = message;
    work.about = about;
    work.recv_ns = recv_ns;
    work.time_ms = 0;
    work.row_count = 0;
    scan_init(&scan, bytes, len);
    const enum scan_type type = scan_read(&scan, &value);
    bool book = false;
    if (type == SCAN_ARRAY) {
        read_rows(&work, &scan, &tiers);
    } else if (type == SCAN_OBJECT) {
        gate_row_read(&work, &scan, GATE_FIELD_COUNT);
        book = has(&work, GATE_ASKS) && has(&work, GATE_BIDS);
        if (!book && scan_end(&scan)) {
            add_row(&work, &tiers);
        }
    }
    scan_leave(&scan, 0);
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    gate_tiers_end(&work, &tiers);
    name_next_page(&work);
    if (book) {
        return read_order_book(&work);
    }
    const bool quiet_list = message->count == 0 && work.row_count > 0 && parser->symbols.closed &&
                            find_shape(&work) == SHAPE_CONTRACT;
    return quiet_list ? STATUS_OK : gate_judge(&work);
}
