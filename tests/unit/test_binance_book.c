/* The sequence rules of a book: what is held, what passes, what is a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "venue/binance_book.h"

/* A step: 's' a snapshot with id u, or an update U, u, pu; what comes of it, and how many updates
 * are then held. */
struct step {
    char what;
    int64_t first_id, last_id, prev_id;
    enum status status;
    size_t held_count;
};

enum { STEP_COUNT_MAX = 8 };
static const struct {
    const char *name;
    struct step steps[STEP_COUNT_MAX];
} cases[] = {
    {"snapshot inside an update that was held",
     {{'u', 5, 9, 4, STATUS_IGNORED, 1},
      {'u', 10, 12, 9, STATUS_IGNORED, 2},
      {'s', 0, 10, 0, STATUS_OK, 1},
      {'u', 13, 14, 12, STATUS_OK, 0}}},
    {"snapshot ahead of all that was held",
     {{'u', 5, 9, 4, STATUS_IGNORED, 1},
      {'s', 0, 20, 0, STATUS_OK, 0},
      {'u', 10, 15, 9, STATUS_IGNORED, 0},
      {'u', 16, 22, 15, STATUS_OK, 0},
      {'u', 23, 23, 22, STATUS_OK, 0}}},
    {"snapshot behind what was held",
     {{'u', 30, 33, 29, STATUS_IGNORED, 1},
      {'s', 0, 20, 0, STATUS_GAP, 1},
      {'u', 34, 35, 33, STATUS_IGNORED, 2},
      {'s', 0, 31, 0, STATUS_OK, 2}}},
    {"the update after the snapshot joins by pu",
     {{'s', 0, 20, 0, STATUS_OK, 0}, {'u', 25, 30, 20, STATUS_OK, 0}}},
    {"snapshot at exactly u",
     {{'u', 5, 9, 4, STATUS_IGNORED, 1},
      {'s', 0, 9, 0, STATUS_OK, 1},
      {'u', 10, 11, 9, STATUS_OK, 0}}},
    {"a broken chain is held from its break on",
     {{'s', 0, 20, 0, STATUS_OK, 0},
      {'u', 20, 21, 19, STATUS_OK, 0},
      {'u', 25, 26, 24, STATUS_GAP, 1},
      {'u', 27, 28, 26, STATUS_IGNORED, 2},
      {'u', 40, 41, 39, STATUS_IGNORED, 1},
      {'s', 0, 40, 0, STATUS_OK, 1},
      {'u', 42, 43, 41, STATUS_OK, 0}}},
    {"nothing joins the snapshot",
     {{'s', 0, 20, 0, STATUS_OK, 0}, {'u', 25, 30, 24, STATUS_GAP, 1}}},
    {"seen before, on another connection",
     {{'s', 0, 20, 0, STATUS_OK, 0},
      {'u', 20, 22, 19, STATUS_OK, 0},
      {'u', 20, 22, 19, STATUS_IGNORED, 0},
      {'u', 23, 24, 22, STATUS_OK, 0},
      {'u', 23, 24, 22, STATUS_IGNORED, 0}}},
    {"a late snapshot does not set a good book back",
     {{'s', 0, 20, 0, STATUS_OK, 0},
      {'u', 20, 22, 19, STATUS_OK, 0},
      {'s', 0, 15, 0, STATUS_GAP, 0},
      {'u', 23, 24, 22, STATUS_OK, 0}}},
};

static enum status take(struct binance_book *book, int64_t first_id, int64_t last_id,
                        int64_t prev_id, size_t slot_count) {
    static struct event slots[BINANCE_BOOK_SLOTS_MAX + 1];
    const struct binance_book_update update = {
        .first_id = first_id, .last_id = last_id, .prev_id = prev_id, .slot_count = slot_count};
    slots[0].u.level.update_id = last_id;
    return binance_book_take(book, &update, slots);
}

static void each_sequence_passes_as_it_should(void **state) {
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct binance_book book = {.state = BINANCE_BOOK_WAITING};
        for (int i = 0; i < STEP_COUNT_MAX && cases[c].steps[i].what != '\0'; i++) {
            const struct step *step = &cases[c].steps[i];
            const enum status got =
                step->what == 's' ? binance_book_snapshot(&book, step->last_id)
                                  : take(&book, step->first_id, step->last_id, step->prev_id, 2);
            if (got != step->status || book.update_count != step->held_count) {
                fail_msg("%s, step %d: got \"%s\", %zu held; want \"%s\", %zu", cases[c].name, i,
                         status_text(got), book.update_count, status_text(step->status),
                         step->held_count);
            }
            for (size_t u = 0; u < book.update_count; u++) {
                const struct binance_book_update *held = &book.updates[u];
                assert_int_equal(book.held[held->slot_begin].u.level.update_id, held->last_id);
            }
            if (step->what == 's' && got == STATUS_OK) {
                binance_book_release(&book);
            }
        }
        binance_book_finish(&book);
    }
}

static void a_venue_that_counts_anew_is_noticed(void **state) {
    (void)state;
    struct binance_book book = {.state = BINANCE_BOOK_WAITING};
    assert_int_equal(binance_book_snapshot(&book, 1000), STATUS_OK);
    assert_int_equal(take(&book, 1000, 1001, 999, 1), STATUS_OK);
    for (int i = 1; i <= BINANCE_BOOK_OLD_MAX; i++) {
        assert_int_equal(take(&book, i, i, i - 1, 1), STATUS_IGNORED);
    }
    assert_int_equal(take(&book, 101, 101, 100, 1), STATUS_GAP);
    assert_int_equal(book.state, BINANCE_BOOK_WAITING);
    binance_book_finish(&book);
}

static void holding_has_a_limit(void **state) {
    (void)state;
    struct binance_book book = {.state = BINANCE_BOOK_WAITING};
    assert_int_equal(take(&book, 1, 1, 0, BINANCE_BOOK_SLOTS_MAX - 1), STATUS_IGNORED);
    assert_int_equal(take(&book, 2, 2, 1, 2), STATUS_FULL);
    assert_int_equal(book.update_count, 1);
    assert_int_equal(take(&book, 2, 2, 1, 1), STATUS_IGNORED);
    binance_book_reset(&book);
    assert_int_equal(take(&book, 3, 3, 2, BINANCE_BOOK_SLOTS_MAX + 1), STATUS_FULL);
    binance_book_finish(&book);
    binance_book_finish(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sequence_passes_as_it_should),
        cmocka_unit_test(a_venue_that_counts_anew_is_noticed),
        cmocka_unit_test(holding_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
