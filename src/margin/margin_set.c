/* margin/margin_set.c - what margin tables say of an instrument. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "margin/margin.h"
#include "margin/margin_files.h"

void margin_set_finish(struct margin_set *set) {
    if (set != NULL) {
        free(set->tables);
        memset(set, 0, sizeof(*set));
    }
}

static struct margin_set default_set;
static pthread_once_t default_once = PTHREAD_ONCE_INIT;

static void default_parse(void) {
    char error[MARGIN_ERROR_BYTES];
    for (size_t i = 0; i < margin_file_count; i++) {
        /* A mistake in an asset is found by tests/unit/test_margin.c; here its file is left out. */
        margin_set_parse(&default_set, margin_files[i].name, margin_files[i].text,
                         margin_files[i].size_bytes, error);
    }
}

const struct margin_set *margin_set_default(void) {
    pthread_once(&default_once, default_parse);
    return &default_set;
}

static const struct margin_table *find(const struct margin_set *set, enum venue_id venue,
                                       const char *symbol) {
    for (int i = 0; i < set->table_count; i++) {
        if (set->tables[i].venue == venue && strcmp(set->tables[i].symbol, symbol) == 0) {
            return &set->tables[i];
        }
    }
    return NULL;
}

const struct margin_table *margin_set_find(const struct margin_set *set, enum venue_id venue,
                                           const char *symbol) {
    const struct margin_table *table = find(set, venue, symbol);
    return table != NULL ? table : find(set, venue, "*");
}

struct margin_facts margin_facts_of(const struct margin_set *set, enum venue_id venue,
                                    const char *symbol) {
    const struct margin_set *from = set != NULL ? set : margin_set_default();
    const struct margin_table *table = margin_set_find(from, venue, symbol);
    struct margin_facts facts = {.mmr = MARGIN_FALLBACK_MMR,
                                 .fee = from->fees[venue].rate,
                                 .leverage_max = MARGIN_FALLBACK_LEVERAGE,
                                 .contract = venue == VENUE_BINANCE_COINM ? CONTRACT_INVERSE
                                                                          : CONTRACT_LINEAR,
                                 .table = table};
    if (table != NULL) {
        facts.mmr = table->tiers[0].mmr;
        facts.leverage_max = table->tiers[0].leverage_max;
        facts.contract = table->contract;
        facts.known = strcmp(table->symbol, symbol) == 0;
    }
    return facts;
}

const struct margin_tier *margin_table_tier(const struct margin_table *table, double notional) {
    int at = 0;
    while (at + 1 < table->tier_count && notional > table->tiers[at].cap) {
        at++;
    }
    return &table->tiers[at];
}
