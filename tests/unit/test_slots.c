/* A size of each unit as coin and notional, by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "venue/slots.h"

static struct decimal decimal_of(const char *text) {
    struct decimal value = {0};
    assert_true(decimal_parse(text, strlen(text), &value));
    return value;
}

static const struct {
    const char *name;
    enum contract contract;
    const char *multiplier;
    enum venue_unit unit;
    const char *price, *size, *base, *usd;
} amounts[] = {
    {"linear coins", CONTRACT_LINEAR, "1", UNIT_BASE, "60000.5", "0.25", "0.25", "15000.125"},
    {"linear contracts", CONTRACT_LINEAR, "0.01", UNIT_CONTRACTS, "60000", "3", "0.03", "1800"},
    {"linear quote", CONTRACT_LINEAR, "1", UNIT_QUOTE, "50000", "100", "0.002", "100"},
    {"inverse contracts", CONTRACT_INVERSE, "100", UNIT_CONTRACTS, "50000", "7", "0.014", "700"},
    {"inverse coins", CONTRACT_INVERSE, "1", UNIT_BASE, "50000", "0.014", "0.014", "700"},
    {"a product of 20 digits, to the cent", CONTRACT_LINEAR, "1", UNIT_BASE, "123456.12345679",
     "98765.432109", "98765.432109", "12193197379.71"},
};

static void amounts_are_as_by_hand(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        const struct venue_symbol symbol = {.contract = amounts[i].contract,
                                            .multiplier = decimal_of(amounts[i].multiplier)};
        struct venue_amount got;
        assert_int_equal(venue_slot_amount(&symbol, decimal_of(amounts[i].price),
                                           decimal_of(amounts[i].size), amounts[i].unit, &got),
                         STATUS_OK);
        const double base = decimal_to_double(got.base), usd = decimal_to_double(got.usd);
        const double base_want = decimal_to_double(decimal_of(amounts[i].base));
        const double usd_want = decimal_to_double(decimal_of(amounts[i].usd));
        if (!got.has_usd || base != base_want || usd != usd_want) {
            fail_msg("%s: %.12g coins, %.12g USD (%d)", amounts[i].name, base, usd, got.has_usd);
        }
    }
}

static void interest_has_both_of_a_long_mark(void **state) {
    (void)state;
    const struct venue_symbol symbol = {.contract = CONTRACT_LINEAR, .multiplier = decimal_of("1")};
    struct event slot = venue_slot(EVENT_OPEN_INTEREST, &symbol, 1, 2);
    assert_int_equal(venue_slot_set_interest(&slot, &symbol, decimal_of("98765.432109"), UNIT_BASE,
                                             decimal_of("123456.12345679")),
                     STATUS_OK);
    assert_int_equal(slot.has, OI_HAS_BASE | OI_HAS_USD);
}

static void unknown_worth_is_no_amount(void **state) {
    (void)state;
    const struct venue_symbol symbol = {.contract = CONTRACT_LINEAR};
    struct venue_amount got;
    assert_int_equal(
        venue_slot_amount(&symbol, decimal_of("1"), decimal_of("1"), UNIT_CONTRACTS, &got),
        STATUS_UNSUPPORTED);
    assert_int_equal(venue_slot_amount(&symbol, decimal_of("1"), decimal_of("1"), UNIT_NONE, &got),
                     STATUS_UNSUPPORTED);
    assert_int_equal(venue_slot_amount(&symbol, decimal_of("0"), decimal_of("1"), UNIT_BASE, &got),
                     STATUS_MALFORMED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_as_by_hand),
        cmocka_unit_test(interest_has_both_of_a_long_mark),
        cmocka_unit_test(unknown_worth_is_no_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
