/* Margin tables from any bytes: read or refused with a reason, and what was read is sound. */
#include <assert.h>
#include <stdint.h>

#include "margin/margin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    bool good = margin_set_parse(&set, "fuzz", (const char *)data, size, error);
    assert(good == (error[0] == '\0'));
    assert(good || set.table_count == 0);
    for (int i = 0; i < set.table_count; i++) {
        const struct margin_table *table = &set.tables[i];
        assert(table->tier_count >= 1);
        assert(table->origin.source[0] != '\0');
        assert(table->origin.date[0] != '\0');
        assert(table->contract == CONTRACT_LINEAR || table->contract == CONTRACT_INVERSE);
        for (int t = 0; t < set.tables[i].tier_count; t++) {
            assert(set.tables[i].tiers[t].mmr > 0);
            assert(set.tables[i].tiers[t].mmr * set.tables[i].tiers[t].leverage_max < 1);
        }
    }
    for (int i = 0; i < VENUE_COUNT; i++) {
        assert(set.fees[i].rate >= 0 && set.fees[i].rate < 0.1);
        assert(set.fees[i].rate == 0 || set.fees[i].origin.date[0] != '\0');
    }
    margin_set_finish(&set);
    return 0;
}
