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
        assert(set.tables[i].tier_count >= 1);
        for (int t = 0; t < set.tables[i].tier_count; t++) {
            assert(set.tables[i].tiers[t].mmr > 0);
            assert(set.tables[i].tiers[t].mmr * set.tables[i].tiers[t].leverage_max < 1);
        }
    }
    margin_set_finish(&set);
    return 0;
}
