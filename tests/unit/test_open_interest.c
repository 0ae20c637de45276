/* Open interest: newest value wins, absurd ones do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/hash.h"
#include "state/open_interest.h"
#include "support/near.h"

static void base_usd_and_both(void **state) {
    (void)state;
    static const struct {
        struct open_interest_update update;
        bool ok;
        double base;
        double usd_at_200;
    } cases[] = {
        {{.ts_ms = 1, .has_base = true, .oi_base = 5.0}, true, 5.0, 1000.0},
        {{.ts_ms = 1, .has_usd = true, .oi_usd = 500.0, .price = 100.0}, true, 5.0, 1000.0},
        {{.ts_ms = 1, .has_base = true, .oi_base = 3.0, .has_usd = true, .oi_usd = 7.0},
         true,
         3.0,
         600.0},
        {{.ts_ms = 1, .has_usd = true, .oi_usd = 500.0}, false, 0.0, 0.0},
        {{.ts_ms = 1}, false, 0.0, 0.0},
        {{.ts_ms = 1, .has_base = true, .oi_base = -1.0}, false, 0.0, 0.0},
        {{.ts_ms = 1, .has_base = true, .oi_base = NAN}, false, 0.0, 0.0},
        {{.ts_ms = 1, .has_base = true, .oi_base = INFINITY}, false, 0.0, 0.0},
        {{.ts_ms = 1, .has_base = true, .oi_base = 1.0, .has_usd = true, .oi_usd = -1.0},
         false,
         0.0,
         0.0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct open_interest oi = {0};
        assert_int_equal(open_interest_apply(&oi, &cases[i].update), cases[i].ok);
        assert_int_equal(oi.known, cases[i].ok);
        assert_int_equal(oi.refused_count, cases[i].ok ? 0 : 1);
        assert_near(oi.oi_base, cases[i].base, 1e-12);
        assert_near(open_interest_usd(&oi, 200.0), cases[i].usd_at_200, 1e-9);
    }
}

static void older_values_are_left(void **state) {
    (void)state;
    struct open_interest oi = {0};
    struct open_interest_update update = {
        .ts_ms = 1000, .has_base = true, .oi_base = 4.0, .has_usd = true, .oi_usd = 80.0};
    assert_true(open_interest_apply(&oi, &update));
    assert_near(open_interest_usd(&oi, 0.0), 80.0, 0); /* no price yet: the venue's figure */
    uint64_t before = open_interest_hash(HASH_START, &oi);
    update.ts_ms = 999;
    assert_false(open_interest_apply(&oi, &update));
    assert_int_equal(oi.ts_ms, 1000);
    assert_false(before == open_interest_hash(HASH_START, &oi));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_usd_and_both),
        cmocka_unit_test(older_values_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
