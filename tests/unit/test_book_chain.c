/* The sequence rules of a book: what is held, what passes, what is a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "venue/book_chain.h"

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
    bool stream, ids_fall;
} cases[] = {
    {.name = "snapshot inside an update that was held",
     .steps = {{'u', 5, 9, 4, STATUS_IGNORED, 1},
               {'u', 10, 12, 9, STATUS_IGNORED, 2},
               {'s', 0, 10, 0, STATUS_OK, 1},
               {'u', 13, 14, 12, STATUS_OK, 0}}},
    {.name = "snapshot ahead of all that was held",
     .steps = {{'u', 5, 9, 4, STATUS_IGNORED, 1},
               {'s', 0, 20, 0, STATUS_OK, 0},
               {'u', 10, 15, 9, STATUS_IGNORED, 0},
               {'u', 16, 22, 15, STATUS_OK, 0},
               {'u', 23, 23, 22, STATUS_OK, 0}}},
    {.name = "snapshot behind what was held",
     .steps = {{'u', 30, 33, 29, STATUS_IGNORED, 1},
               {'s', 0, 20, 0, STATUS_GAP, 1},
               {'u', 34, 35, 33, STATUS_IGNORED, 2},
               {'s', 0, 31, 0, STATUS_OK, 2}}},
    {.name = "the update after the snapshot joins by pu",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0}, {'u', 25, 30, 20, STATUS_OK, 0}}},
    {.name = "snapshot at exactly u",
     .steps = {{'u', 5, 9, 4, STATUS_IGNORED, 1},
               {'s', 0, 9, 0, STATUS_OK, 1},
               {'u', 10, 11, 9, STATUS_OK, 0}}},
    {.name = "a broken chain is held from its break on",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0},
               {'u', 20, 21, 19, STATUS_OK, 0},
               {'u', 25, 26, 24, STATUS_GAP, 1},
               {'u', 27, 28, 26, STATUS_IGNORED, 2},
               {'u', 40, 41, 39, STATUS_IGNORED, 1},
               {'s', 0, 40, 0, STATUS_OK, 1},
               {'u', 42, 43, 41, STATUS_OK, 0}}},
    {.name = "nothing joins the snapshot",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0}, {'u', 25, 30, 24, STATUS_GAP, 1}}},
    {.name = "seen before, on another connection",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0},
               {'u', 20, 22, 19, STATUS_OK, 0},
               {'u', 20, 22, 19, STATUS_IGNORED, 0},
               {'u', 23, 24, 22, STATUS_OK, 0},
               {'u', 23, 24, 22, STATUS_IGNORED, 0}}},
    {.name = "a late snapshot does not set a good book back",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0},
               {'u', 20, 22, 19, STATUS_OK, 0},
               {'s', 0, 15, 0, STATUS_GAP, 0},
               {'u', 23, 24, 22, STATUS_OK, 0}}},
    {.name = "stream: nothing before a snapshot, then one by one",
     .steps = {{'u', 5, 5, 4, STATUS_IGNORED, 0},
               {'s', 0, 7, 0, STATUS_OK, 0},
               {'u', 7, 7, 6, STATUS_IGNORED, 0},
               {'u', 8, 8, 7, STATUS_OK, 0},
               {'u', 8, 8, 7, STATUS_IGNORED, 0},
               {'u', 10, 10, 9, STATUS_GAP, 0},
               {'u', 11, 11, 10, STATUS_IGNORED, 0}},
     .stream = true},
    {.name = "stream: a snapshot replaces the book, however low its id",
     .steps = {{'s', 0, 7, 0, STATUS_OK, 0},
               {'u', 8, 8, 7, STATUS_OK, 0},
               {'s', 0, 1, 0, STATUS_OK, 0},
               {'u', 2, 2, 1, STATUS_OK, 0}},
     .stream = true},
    {.name = "stream: the first update may straddle its snapshot",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0},
               {'u', 18, 23, 17, STATUS_OK, 0},
               {'u', 22, 30, 21, STATUS_GAP, 0}},
     .stream = true},
    {.name = "stream: the first update after a hole does not join",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0}, {'u', 22, 23, 21, STATUS_GAP, 0}},
     .stream = true},
    {.name = "ids that fall: the chain alone counts",
     .steps = {{'s', 0, 20, 0, STATUS_OK, 0},
               {'u', 21, 20, 20, STATUS_OK, 0},
               {'u', 21, 3, 20, STATUS_OK, 0},
               {'u', 4, 9, 3, STATUS_OK, 0},
               {'u', 4, 9, 3, STATUS_GAP, 0}},
     .stream = true,
     .ids_fall = true},
};

static enum status take(struct book_chain *book, int64_t first_id, int64_t last_id, int64_t prev_id,
                        size_t slot_count) {
    static struct event slots[BOOK_CHAIN_SLOTS_MAX + 1];
    const struct venue_book_step step = {
        .first_id = first_id, .last_id = last_id, .prev_id = prev_id};
    slots[0].u.level.update_id = last_id;
    return book_chain_take(book, &step, slots, slot_count);
}

static void each_sequence_passes_as_it_should(void **state) {
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct book_chain book = {.by_request = !cases[c].stream, .ids_fall = cases[c].ids_fall};
        for (int i = 0; i < STEP_COUNT_MAX && cases[c].steps[i].what != '\0'; i++) {
            const struct step *step = &cases[c].steps[i];
            const enum status got =
                step->what == 's' ? book_chain_snapshot(&book, step->last_id)
                                  : take(&book, step->first_id, step->last_id, step->prev_id, 2);
            if (got != step->status || book.update_count != step->held_count) {
                fail_msg("%s, step %d: got \"%s\", %zu held; want \"%s\", %zu", cases[c].name, i,
                         status_text(got), book.update_count, status_text(step->status),
                         step->held_count);
            }
            for (size_t u = 0; u < book.update_count; u++) {
                const struct book_chain_update *held = &book.updates[u];
                assert_int_equal(book.held[held->slot_begin].u.level.update_id, held->step.last_id);
            }
            if (step->what == 's' && got == STATUS_OK) {
                book_chain_release(&book);
            }
        }
        book_chain_finish(&book);
    }
}

static void a_venue_that_counts_anew_is_noticed(void **state) {
    (void)state;
    struct book_chain book = {.by_request = true};
    assert_int_equal(book_chain_snapshot(&book, 1000), STATUS_OK);
    assert_int_equal(take(&book, 1000, 1001, 999, 1), STATUS_OK);
    for (int i = 1; i <= BOOK_CHAIN_OLD_MAX; i++) {
        assert_int_equal(take(&book, i, i, i - 1, 1), STATUS_IGNORED);
    }
    assert_int_equal(take(&book, 101, 101, 100, 1), STATUS_GAP);
    assert_int_equal(book.state, BOOK_CHAIN_WAITING);
    book_chain_finish(&book);
}

static void holding_has_a_limit(void **state) {
    (void)state;
    struct book_chain book = {.by_request = true};
    assert_int_equal(take(&book, 1, 1, 0, BOOK_CHAIN_SLOTS_MAX - 1), STATUS_IGNORED);
    assert_int_equal(take(&book, 2, 2, 1, 2), STATUS_FULL);
    assert_int_equal(book.update_count, 1);
    assert_int_equal(take(&book, 2, 2, 1, 1), STATUS_IGNORED);
    book_chain_reset(&book);
    assert_int_equal(take(&book, 3, 3, 2, BOOK_CHAIN_SLOTS_MAX + 1), STATUS_FULL);
    book_chain_finish(&book);
    book_chain_finish(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sequence_passes_as_it_should),
        cmocka_unit_test(a_venue_that_counts_anew_is_noticed),
        cmocka_unit_test(holding_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
