#include <math.h>

#include "venue/hyperliquid_parse.h"
#include "venue/hyperliquid_rows.h"

enum { TIER_COUNT_MAX = 16, SIZE_PLACES_MAX = 6, RATE_PLACES = 12 };

/* Members of a coin in the universe. */
enum coin_field { COIN_NAME, COIN_SIZE_PLACES, COIN_LEVERAGE, COIN_TABLE, COIN_DELISTED };
enum { COIN_FIELD_COUNT = COIN_DELISTED + 1 };

static void read_coin(struct scan *scan, struct venue_field coin[COIN_FIELD_COUNT]) {
    static const char *const names[COIN_FIELD_COUNT] = {
        [COIN_NAME] = "name",
        [COIN_SIZE_PLACES] = "szDecimals",
        [COIN_LEVERAGE] = "maxLeverage",
        [COIN_TABLE] = "marginTableId",
        [COIN_DELISTED] = "isDelisted",
    };
    struct scan_value value;
    const int depth = scan->depth;
    for (int i = 0; i < COIN_FIELD_COUNT; i++) {
        coin[i].value.type = SCAN_NONE;
    }
    if (scan_read(scan, &value) == SCAN_OBJECT) {
        venue_fields_read(scan, names, COIN_FIELD_COUNT, coin);
    }
    scan_leave(scan, depth);
}

/* -- margin tables -- */

/* The scan has entered a table, [51,{"marginTiers":[…]}]: its tiers entered, if it is that one. */
static bool find_tiers(struct scan *scan, int64_t wanted, struct scan *tiers) {
    static const char *const names[] = {"marginTiers"};
    struct scan_value value;
    struct venue_field list;
    int64_t id = 0;
    if (!scan_next_element(scan) || scan_read(scan, &value) != SCAN_NUMBER ||
        !scan_integer(&value, &id) || id != wanted || !scan_next_element(scan) ||
        scan_read(scan, &value) != SCAN_OBJECT) {
        return false;
    }
    venue_fields_read(scan, names, 1, &list);
    *tiers = list.inside;
    return list.value.type == SCAN_ARRAY;
}

static bool find_table(struct hyperliquid_work *work, int64_t wanted, struct scan *tiers) {
    struct scan tables = work->row[HYPERLIQUID_MARGIN_TABLES].inside;
    struct scan_value value;
    if (work->row[HYPERLIQUID_MARGIN_TABLES].value.type != SCAN_ARRAY) {
        return false;
    }
    while (scan_next_element(&tables)) {
        const int depth = tables.depth;
        if (scan_read(&tables, &value) == SCAN_ARRAY && find_tiers(&tables, wanted, tiers)) {
            return true;
        }
        scan_leave(&tables, depth);
    }
    return false;
}

/* Maintenance is half of the initial margin at the tier's leverage, to twelve places: so many a
 * line of text keeps. False: no leverage. */
static bool set_tier(struct venue_tier *tier, const struct scan_value *leverage) {
    struct decimal value, rate;
    if (!venue_decimal(leverage, &value) || value.mantissa <= 0) {
        return false;
    }
    const double times = decimal_to_double(value);
    *tier = (struct venue_tier){.notional_cap_usd = (double)INFINITY, .leverage_max = times};
    if (!decimal_from_double(0.5 / times, RATE_PLACES, &rate)) {
        return false;
    }
    tier->mmr = decimal_to_double(rate);
    return true;
}

/* The scan has entered [{"lowerBound":"0.0","maxLeverage":40},…]; each ends where the next begins.
 */
static enum status read_tiers(struct scan *scan, struct venue_tier *tiers, size_t *count) {
    static const char *const names[] = {"lowerBound", "maxLeverage"};
    struct venue_field row[2];
    struct scan_value value;
    struct decimal bound;
    while (scan_next_element(scan)) {
        if (*count == TIER_COUNT_MAX) {
            return STATUS_RANGE;
        }
        if (scan_read(scan, &value) != SCAN_OBJECT) {
            return STATUS_MALFORMED;
        }
        venue_fields_read(scan, names, 2, row);
        if (!venue_decimal(&row[0].value, &bound) || !set_tier(&tiers[*count], &row[1].value)) {
            return STATUS_MALFORMED;
        }
        if (*count > 0) {
            tiers[*count - 1].notional_cap_usd = decimal_to_double(bound);
        }
        ++*count;
    }
    return STATUS_OK;
}

/* A coin's table; without one of its number (those of one tier are not listed) one tier of its
 * leverage, where the number says no other. */
static void add_tiers(struct hyperliquid_work *work, struct venue_symbol *symbol,
                      const struct venue_field coin[COIN_FIELD_COUNT]) {
    struct venue_tier tiers[TIER_COUNT_MAX];
    struct scan scan;
    size_t count = 0;
    int64_t table = 0, leverage = 0;
    bool has_table = false;
    enum status status = STATUS_UNSUPPORTED;
    if (!venue_optional_integer(&coin[COIN_TABLE].value, &table, &has_table)) {
        status = STATUS_MALFORMED;
    } else if (has_table && find_table(work, table, &scan)) {
        status = read_tiers(&scan, tiers, &count);
    } else if (scan_integer(&coin[COIN_LEVERAGE].value, &leverage) &&
               (!has_table || table == leverage) &&
               set_tier(&tiers[0], &coin[COIN_LEVERAGE].value)) {
        count = 1;
        status = STATUS_OK;
    }
    if (status == STATUS_OK) {
        venue_add_tiers(work->parser, work->message, symbol, tiers, count, 0);
    } else {
        hyperliquid_count(work, status);
    }
}

/* -- coins -- */

/* Prices have at most 6 - szDecimals places (and five digits that count: the step of the moment is
 * often larger). */
static void learn_steps(struct venue_symbol *symbol, int64_t size_places) {
    symbol->lot = (struct decimal){.mantissa = 1, .exponent = (int8_t)-size_places};
    symbol->tick =
        (struct decimal){.mantissa = 1, .exponent = (int8_t)(size_places - SIZE_PLACES_MAX)};
}

static bool is_delisted(const struct venue_field coin[COIN_FIELD_COUNT]) {
    return coin[COIN_DELISTED].value.type == SCAN_TRUE;
}

static void add_coin(struct hyperliquid_work *work,
                     const struct venue_field coin[COIN_FIELD_COUNT]) {
    int64_t size_places = 0;
    work->row_count++;
    if (is_delisted(coin)) {
        if (!work->parser->symbols.closed) {
            hyperliquid_count(work, STATUS_IGNORED);
        }
        return;
    }
    struct venue_symbol *symbol = venue_symbol_of(work->parser, &coin[COIN_NAME].value);
    if (symbol == NULL) {
        if (!work->parser->symbols.closed) {
            hyperliquid_count(work, STATUS_NOT_FOUND);
        }
        return;
    }
    if (!scan_integer(&coin[COIN_SIZE_PLACES].value, &size_places) || size_places < 0 ||
        size_places > SIZE_PLACES_MAX) {
        hyperliquid_count(work, STATUS_MALFORMED);
        return;
    }
    learn_steps(symbol, size_places);
    symbol->listed = true;
    venue_add_instrument(work->parser, work->message, symbol,
                         (struct span){symbol->text, symbol->len}, 0);
    add_tiers(work, symbol, coin);
}

/* {"universe":[…],"marginTables":[…]} in work->row */
static void add_universe(struct hyperliquid_work *work) {
    struct scan scan = work->row[HYPERLIQUID_UNIVERSE].inside;
    struct venue_field coin[COIN_FIELD_COUNT];
    if (work->row[HYPERLIQUID_UNIVERSE].value.type != SCAN_ARRAY) {
        hyperliquid_count(work, STATUS_MALFORMED);
        return;
    }
    while (scan_next_element(&scan)) {
        read_coin(&scan, coin);
        add_coin(work, coin);
    }
}

/* The scan has entered the contexts, one a coin of the universe. */
static void add_contexts(struct hyperliquid_work *work, struct scan universe, struct scan *scan) {
    struct venue_field coin[COIN_FIELD_COUNT];
    struct scan_value value;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        const bool is_object = scan_read(scan, &value) == SCAN_OBJECT;
        if (!scan_next_element(&universe)) {
            hyperliquid_count(work, STATUS_MALFORMED); /* one nobody has a name for */
            scan_leave(scan, depth - 1);
            return;
        }
        read_coin(&universe, coin);
        struct venue_symbol *symbol =
            is_delisted(coin) ? NULL : venue_symbol_of(work->parser, &coin[COIN_NAME].value);
        if (is_object && symbol != NULL) {
            hyperliquid_row_read(work, scan, HYPERLIQUID_FIELD_COUNT);
            hyperliquid_add_context(work, symbol);
        }
        scan_leave(scan, depth);
    }
}

/* -- lists -- */

/* work->row holds a row of a list. */
static void add_row(struct hyperliquid_work *work) {
    if (hyperliquid_has(work, HYPERLIQUID_TID) && hyperliquid_has(work, HYPERLIQUID_PX)) {
        hyperliquid_add_trade(work);
    } else if (hyperliquid_has(work, HYPERLIQUID_T) && hyperliquid_has(work, HYPERLIQUID_S) &&
               hyperliquid_has(work, HYPERLIQUID_I)) {
        hyperliquid_add_kline(work, true);
    } else if (hyperliquid_has(work, HYPERLIQUID_FUNDING_RATE) &&
               hyperliquid_has(work, HYPERLIQUID_TIME)) {
        hyperliquid_add_funding(work);
    } else if (hyperliquid_has(work, HYPERLIQUID_NAME) && hyperliquid_has(work, HYPERLIQUID_MARK)) {
        hyperliquid_add_context(work,
                                venue_symbol_of(work->parser, &work->row[HYPERLIQUID_NAME].value));
    } else {
        work->row_count--; /* none of ours: with no others, the answer is ignored */
    }
}

/* [meta, contexts], or a list of rows. */
static bool read_list(struct hyperliquid_work *work, struct scan *scan) {
    struct scan universe;
    struct scan_value value;
    bool meta = false;
    while (scan_next_element(scan)) {
        const int depth = scan->depth;
        const enum scan_type type = scan_read(scan, &value);
        if (type == SCAN_OBJECT) {
            hyperliquid_row_read(work, scan, HYPERLIQUID_FIELD_COUNT);
            if (!meta && work->row[HYPERLIQUID_UNIVERSE].value.type == SCAN_ARRAY) {
                meta = true;
                universe = work->row[HYPERLIQUID_UNIVERSE].inside;
                add_universe(work);
            } else {
                add_row(work);
            }
        } else if (type == SCAN_ARRAY && meta) {
            add_contexts(work, universe, scan);
        }
        scan_leave(scan, depth);
    }
    return meta;
}

enum status hyperliquid_rest_parse(struct venue_parser *parser,
                                   const struct venue_rest_about *about, const char *bytes,
                                   size_t len, int64_t recv_ns, struct venue_message *message) {
    struct hyperliquid_work work;
    struct scan scan;
    struct scan_value value;
    (void)about; /* every row names its coin */
    work.parser = parser;
    work.message = message;
    work.recv_ns = recv_ns;
    work.row_count = 0;
    scan_init(&scan, bytes, len);
    const enum scan_type type = scan_read(&scan, &value);
    struct scan inside = scan;
    bool meta = false;
    if (type == SCAN_OBJECT) {
        hyperliquid_row_read(&work, &scan, HYPERLIQUID_FIELD_COUNT);
    } else if (type == SCAN_ARRAY) {
        meta = read_list(&work, &scan);
    }
    scan_leave(&scan, 0);
    if (!scan_end(&scan)) {
        return STATUS_MALFORMED;
    }
    if (type == SCAN_OBJECT && hyperliquid_has(&work, HYPERLIQUID_LEVELS)) {
        return hyperliquid_read_book(&work, &inside);
    }
    if (type == SCAN_OBJECT && hyperliquid_has(&work, HYPERLIQUID_UNIVERSE)) {
        meta = true;
        add_universe(&work);
    } else if (type == SCAN_OBJECT) {
        add_row(&work);
    }
    return meta && parser->symbols.closed ? STATUS_OK : hyperliquid_judge(&work);
}
