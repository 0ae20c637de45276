/* Deposits, clearing and read-outs against examples worked by hand and a scalar reference. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/str.h"
#include "model/unit_map.h"

#define WIDTH 2e-4

static struct unit_map map;
static struct distance_ladder ladder;

static int setup(void **state) {
    (void)state;
    return unit_map_init(&map, WIDTH) && distance_ladder_init(&ladder, WIDTH, .004, 0, 125) ? 0
                                                                                            : -1;
}

static int teardown(void **state) {
    (void)state;
    unit_map_finish(&map);
    return 0;
}

/* So much of class lane 0 into a bin, through a ladder of one tap. */
static void put(int side, int32_t bin, float amount) {
    static struct distance_ladder one = {
        .count = 1, .kernels = {{{.count = 1, .weight = {1}}}, {{.count = 1, .weight = {1}}}}};
    const float unscale[CLASS_LANES] = {1};
    struct unit_map_lost lost;
    unit_map_deposit(&map, side, &one, unscale, 1,
                     &(struct unit_map_entry){.bin = bin, .base = {amount}}, &lost);
}

static double held(int side, int32_t bin) {
    float raw[CLASS_LANES];
    unit_map_cells(&map, side, bin, raw);
    return (double)raw[0];
}

static double sum_of_map(int side) {
    double raw[CLASS_LANES], sum = 0;
    unit_map_sum(&map, side, raw);
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += raw[lane];
    }
    return sum;
}

static double move(double from_bins, double to_bins) {
    struct unit_map_swept swept = {{0}};
    unit_map_sweep(
        &map, &(struct unit_map_leg){.z_from = from_bins * WIDTH, .z_to = to_bins * WIDTH}, &swept);
    return swept.raw[0];
}

static void assert_near(double got, double want) {
    if (!(fabs(got - want) <= 1e-5)) {
        fail_msg("got %.9g, want %.9g", got, want);
    }
}

static void falling_mark_takes_longs_by_the_part_it_crosses(void **state) {
    (void)state;
    unit_map_clear(&map, 0);
    put(MODEL_LONG, -3, 8);
    put(MODEL_LONG, -2, 4);
    put(MODEL_SHORT, -2, 5);
    assert_near(move(0.5, -1.5), 1 * 4 * 0.5); /* half of bin -2 is above -1.5 */
    assert_near(held(MODEL_LONG, -2), 2);
    assert_near(move(-1.5, -1.75), 2 * 0.5); /* half of what is left of it */
    assert_near(held(MODEL_LONG, -2), 1);
    assert_near(move(-1.75, -1.25), 5 * 0.75); /* shorts of the bin below -1.25, no long */
    assert_near(held(MODEL_LONG, -2), 1);
    assert_near(move(-1.25, -1.75), 0); /* that part was swept before */
    assert_near(move(-1.75, -2.25), 1 + 8 * 0.25);
    assert_near(held(MODEL_LONG, -2), 0);
    assert_near(held(MODEL_LONG, -3), 6);
}

static void rising_mark_mirrors_it(void **state) {
    (void)state;
    unit_map_clear(&map, 0);
    put(MODEL_SHORT, 2, 8);
    put(MODEL_SHORT, 3, 4);
    put(MODEL_LONG, 2, 5);
    assert_near(move(0.5, 2.25), 8 * 0.25);
    assert_near(move(2.25, 3.5), 6 + 4 * 0.5);
    assert_near(held(MODEL_SHORT, 3), 2);
    assert_near(held(MODEL_LONG, 2), 5);
    assert_near(move(3.5, 2.5), 5 * 0.5);
}

static void crossed_bins_fill_again_only_far_from_the_mark(void **state) {
    (void)state;
    unit_map_clear(&map, 0);
    move(0.5, -9.5);
    put(MODEL_LONG, -5, 4); /* laid down where the mark has just been */
    move(-9.5, 1.5);        /* 6 bins above it: not yet safe */
    assert_near(move(1.5, -9.5), 0);
    assert_near(held(MODEL_LONG, -5), 4);
    move(-9.5, 2.5); /* 7 bins above: whole again */
    assert_near(move(2.5, -9.5), 4);
}

static void recentring_keeps_what_stays_and_counts_what_falls_off(void **state) {
    (void)state;
    double lost[MODEL_SIDE_COUNT][CLASS_LANES] = {{0}};
    unit_map_clear(&map, 0);
    put(MODEL_LONG, -4000, 2);
    put(MODEL_LONG, -1000, 3);
    put(MODEL_SHORT, 4000, 5);
    unit_map_recentre(&map, 2100, lost);
    assert_near(lost[MODEL_LONG][0], 2);
    assert_near(lost[MODEL_SHORT][0], 0);
    assert_near(held(MODEL_LONG, -1000), 3);
    assert_near(held(MODEL_SHORT, 4000), 5);
    assert_true(unit_map_contains(&map, 6195));
    assert_false(unit_map_contains(&map, 6196));
    assert_near(held(MODEL_LONG, 6195), 0);
    unit_map_recentre(&map, -2000000, lost); /* further than the map is wide */
    assert_near(lost[MODEL_LONG][0], 5);
    assert_near(lost[MODEL_SHORT][0], 5);
    assert_near(sum_of_map(MODEL_LONG), 0);
}

static void taps_outside_or_already_passed_are_left_out_and_told(void **state) {
    (void)state;
    static const struct {
        int32_t bin, skip;
    } rows[] = {{0, 0},     {-3500, 0}, {4095, 40}, {-4096, 0},
                {-5000, 3}, {4300, 0},  {9000, 0},  {-100000, 65535}};
    float unscale[CLASS_LANES];
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        unscale[lane] = 1;
    }
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            struct unit_map_entry entry = {
                .bin = rows[i].bin, .skip_bins = rows[i].skip, .phase = 3, .base = {1, 1, 1}};
            struct unit_map_lost left_out;
            double lost = 0;
            unit_map_clear(&map, 0);
            unit_map_deposit(&map, side, &ladder, unscale, 1, &entry, &left_out);
            for (int j = 0; j < ladder.count && left_out.any; j++) {
                lost += 3 * ((double)left_out.near[j] + (double)left_out.far[j]);
            }
            double kept = sum_of_map(side);
            if (fabs(kept + lost - 3 * ladder.count) > 1e-4) {
                fail_msg("bin %d skip %d side %d: kept %g lost %g", rows[i].bin, rows[i].skip, side,
                         kept, lost);
            }
        }
    }
}

static void add_plainly(float want[][CLASS_LANES], int side, const struct unit_map_entry *entry,
                        const float *unscale) {
    const struct distance_taps *taps = &ladder.taps[entry->phase][side];
    for (int t = 0; t < taps->count; t++) {
        const struct distance_tap *tap = &taps->taps[t];
        int32_t at = entry->bin + tap->dk;
        if (abs(tap->dk) < entry->skip_bins || at < -4096 || at > 4095) {
            continue;
        }
        for (int s = 0; s < CLASS_SOURCES; s++) {
            volatile float amount = entry->base[s] * unscale[tap->lane + s];
            want[at & (UNIT_MAP_BINS - 1)][tap->lane + s] += tap->weight * amount;
        }
    }
}

/* The kernels against plain loops in the order that they promise: the bits are the same. */
static void kernels_equal_their_scalar_reference(void **state) {
    (void)state;
    static float want[2][UNIT_MAP_BINS][CLASS_LANES];
    static float bands[UNIT_MAP_BINS][UNIT_MAP_BAND_STRIDE];
    struct random random;
    random_init(&random, 3);
    unit_map_clear(&map, 0);
    memset(want, 0, sizeof(want));
    float unscale[CLASS_LANES];
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        unscale[lane] = (float)random_exponential(&random);
    }
    for (int batch = 0; batch < 30; batch++) {
        struct unit_map_entry entries[10];
        struct unit_map_lost lost[10];
        int side = batch % 2;
        for (int i = 0; i < 10; i++) {
            entries[i] =
                (struct unit_map_entry){.bin = (int32_t)(random_u64(&random) % 9000) - 4500,
                                        .phase = (batch * 10 + i) % DISTANCE_PHASE_COUNT,
                                        .skip_bins = (batch * 10 + i) % 60};
            entries[i].bin = i % 3 > 0 ? entries[i - 1].bin + 1 : entries[i].bin;
            for (int s = 0; s < CLASS_SOURCES; s++) {
                entries[i].base[s] = (float)random_exponential(&random);
            }
        }
        unit_map_deposit(&map, side, &ladder, unscale, ARRAY_COUNT(entries), entries, lost);
        for (int i = 0; i < 10; i++) {
            add_plainly(want[side], side, &entries[i], unscale);
        }
    }
    float weight[CLASS_LANES];
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        weight[lane] = (float)random_uniform(&random);
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int32_t bin = -4096; bin < 4096; bin++) {
            float cells[CLASS_LANES];
            unit_map_cells(&map, side, bin, cells);
            assert_memory_equal(cells, want[side][bin & (UNIT_MAP_BINS - 1)], sizeof(cells));
        }
        unit_map_read(&map, side, &ladder, weight, -4096, UNIT_MAP_BINS, bands);
        for (int32_t bin = -4096; bin < 4096; bin++) {
            const float *row = want[side][bin & (UNIT_MAP_BINS - 1)];
            for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
                volatile float sum[CLASS_SOURCES] = {0};
                for (int j = ladder.band_begin[band]; j < ladder.band_begin[band + 1]; j++) {
                    for (int s = 0; s < CLASS_SOURCES; s++) {
                        sum[s] += row[j * CLASS_SOURCES + s] * weight[j * CLASS_SOURCES + s];
                    }
                }
                float total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
                assert_memory_equal(&bands[bin + 4096][band], &total, sizeof(total));
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(falling_mark_takes_longs_by_the_part_it_crosses),
        cmocka_unit_test(rising_mark_mirrors_it),
        cmocka_unit_test(crossed_bins_fill_again_only_far_from_the_mark),
        cmocka_unit_test(recentring_keeps_what_stays_and_counts_what_falls_off),
        cmocka_unit_test(taps_outside_or_already_passed_are_left_out_and_told),
        cmocka_unit_test(kernels_equal_their_scalar_reference),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
