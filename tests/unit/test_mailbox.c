#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>

#include "base/mailbox.h"
#include "base/thread.h"

struct letter {
    uint64_t number;
    uint64_t body[31]; /* all equal to number: a torn letter shows */
};

static void nothing_new_is_said_and_front_starts_zeroed(void **state) {
    (void)state;
    struct mailbox mailbox = {0};
    const struct letter zero = {0};
    assert_true(mailbox_init(&mailbox, sizeof(struct letter)));
    assert_false(mailbox_take(&mailbox));
    assert_memory_equal(mailbox_front(&mailbox), &zero, sizeof zero);
    assert_false(mailbox_take(&mailbox));
    mailbox_finish(&mailbox);
    mailbox_finish(&mailbox);
    mailbox_finish(NULL);
}

static void sizes_of_nothing_and_of_everything_are_refused(void **state) {
    (void)state;
    struct mailbox mailbox = {0};
    assert_false(mailbox_init(&mailbox, 0));
    assert_false(mailbox_init(&mailbox, SIZE_MAX));
    assert_false(mailbox_init(&mailbox, SIZE_MAX / 3));
    mailbox_finish(&mailbox);
}

static void newest_wins_and_each_is_taken_once(void **state) {
    (void)state;
    struct mailbox mailbox = {0};
    assert_true(mailbox_init(&mailbox, sizeof(struct letter)));
    for (uint64_t i = 1; i <= 30; i++) {
        ((struct letter *)mailbox_back(&mailbox))->number = i;
        mailbox_publish(&mailbox);
        if (i % 3 == 0) {
            assert_true(mailbox_take(&mailbox));
            assert_int_equal(((struct letter *)mailbox_front(&mailbox))->number, i);
            assert_false(mailbox_take(&mailbox));
            assert_int_equal(((struct letter *)mailbox_front(&mailbox))->number, i);
        }
    }
    mailbox_finish(&mailbox);
}

static void writer_and_reader_never_hold_the_same_buffer(void **state) {
    (void)state;
    struct mailbox mailbox = {0};
    assert_true(mailbox_init(&mailbox, 1));
    for (int i = 0; i < 64; i++) {
        assert_ptr_not_equal(mailbox_back(&mailbox), mailbox_front(&mailbox));
        if ((i * 7) % 3 != 0) {
            mailbox_publish(&mailbox);
        }
        assert_ptr_not_equal(mailbox_back(&mailbox), mailbox_front(&mailbox));
        if ((i * 5) % 4 != 0) {
            mailbox_take(&mailbox);
        }
    }
    mailbox_finish(&mailbox);
}

enum { LETTER_COUNT = 100000 };

static void write_letters(void *user) {
    struct mailbox *mailbox = user;
    for (uint64_t i = 1; i <= LETTER_COUNT; i++) {
        struct letter *letter = mailbox_back(mailbox);
        letter->number = i;
        for (size_t k = 0; k < 31; k++) {
            letter->body[k] = i;
        }
        mailbox_publish(mailbox);
        if (i % 64 == 0) {
            sched_yield(); /* two cores or one: the reader gets its turns */
        }
    }
}

static void two_threads_see_whole_and_ever_newer_letters(void **state) {
    (void)state;
    static struct mailbox mailbox;
    struct thread writer = {0};
    uint64_t last = 0;
    uint64_t torn = 0;
    uint64_t not_newer = 0;
    assert_true(mailbox_init(&mailbox, sizeof(struct letter)));
    assert_true(thread_start(&writer, THREAD_ANY, write_letters, &mailbox));
    while (last < LETTER_COUNT) {
        if (!mailbox_take(&mailbox)) {
            sched_yield();
            continue;
        }
        const struct letter *letter = mailbox_front(&mailbox);
        not_newer += letter->number <= last;
        last = letter->number;
        for (size_t k = 0; k < 31; k++) {
            torn += letter->body[k] != last;
        }
    }
    thread_join(&writer);
    assert_int_equal(torn, 0);
    assert_int_equal(not_newer, 0);
    assert_int_equal(last, LETTER_COUNT);
    assert_false(mailbox_take(&mailbox));
    mailbox_finish(&mailbox);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_new_is_said_and_front_starts_zeroed),
        cmocka_unit_test(sizes_of_nothing_and_of_everything_are_refused),
        cmocka_unit_test(newest_wins_and_each_is_taken_once),
        cmocka_unit_test(writer_and_reader_never_hold_the_same_buffer),
        cmocka_unit_test(two_threads_see_whole_and_ever_newer_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
