#include "app/demo.h"

#include "base/str.h"

static const int32_t steps_ms[] = {1000, 2000, 5000, 10000}; /* the choices of --step */

struct source_sim_desc demo_desc(const struct option_table *table) {
    return (struct source_sim_desc){
        .seed = (uint64_t)option_integer(table, OPT_seed),
        .regime = (enum regime_id)option_integer(table, OPT_regime),
        .days = option_number(table, OPT_days),
        .step_ms = steps_ms[(size_t)option_integer(table, OPT_step) % ARRAY_COUNT(steps_ms)],
        .throttled_prints = option_flag(table, OPT_throttled_prints),
        .oi_every_ms = (int32_t)option_integer(table, OPT_oi_every),
        .oi_late_ms = (int32_t)(option_number(table, OPT_oi_late) * 1000),
    };
}
