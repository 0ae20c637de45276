/* What a start from bars costs: the map of an engine that sees the market's first ten days as
 * one-minute bars and five-minute open interest only, beside one that saw every event.
 *
 * bench_cold_start [regime A|B|C|AC] [seed] [days of history] [days live] */
#include <stdio.h>
#include <stdlib.h>

#define COLD_START_CHECK(condition)                                                                \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "failed: %s\n", #condition);                                           \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#include "support/bench_machine.h"
#include "sim/regime.h"
#include "support/cold_start.h"

int main(int argc, char *argv[]) {
    struct cold_start_desc desc = {
        .sim = {.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 7},
        .history_days = argc > 3 ? strtod(argv[3], NULL) : 10,
    };
    double live_days = argc > 4 ? strtod(argv[4], NULL) : 4;
    if (argc > 1) {
        COLD_START_CHECK(regime_from_name(argv[1], &desc.sim.regime));
    }
    static const double shares[] = {0, .02, .0625, .25, .5, 1};
    desc.look_count = (int)(sizeof(shares) / sizeof(shares[0]));
    for (int i = 0; i < desc.look_count; i++) {
        desc.look_days[i] = shares[i] * (live_days - 0.01) + 0.005;
    }
    desc.sim.days = desc.history_days + live_days;
    struct cold_start_look looks[COLD_START_LOOK_MAX];
    bench_machine_print(stdout);
    printf("regime %s, seed %llu, %.4g days as bars, then %.4g live\n",
           regime_name(desc.sim.regime), (unsigned long long)desc.sim.seed, desc.history_days,
           live_days);
    cold_start(&desc, looks);
    printf("            as shown (weights of its own)             under the other's weights\n"
           "days live | near: overlap W1 bp mass | far: overlap W1 bp mass "
           "| near: overlap W1 bp mass | far: overlap W1 bp mass\n");
    for (int i = 0; i < desc.look_count; i++) {
        const struct cold_start_look *look = &looks[i];
        const struct cold_start_likeness *const likenesses[] = {&look->near, &look->far,
                                                                &look->near_map, &look->far_map};
        printf("%9.2f", look->days);
        for (int k = 0; k < 4; k++) {
            printf(" | %13.3f %5.1f %4.2f", likenesses[k]->overlap, likenesses[k]->w1_bp,
                   likenesses[k]->mass);
        }
        printf("\n");
    }
    return 0;
}
