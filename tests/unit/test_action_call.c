#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "view/action_call.h"

static enum status parse(const char *line, struct action_call *out) {
    return action_call_parse(line, strlen(line), out);
}

static void a_line_names_an_action(void **state) {
    (void)state;
    struct action_call call = {0};
    assert_int_equal(parse("  palette-next\t", &call), STATUS_OK);
    assert_int_equal(call.action, ACTION_PALETTE_NEXT);
    assert_int_equal(call.pane, ACTION_PANE_FOCUSED);
    assert_string_equal(call.text, "");
    assert_int_equal(parse("", &call), STATUS_NOT_FOUND);
    assert_int_equal(parse("palette-nex", &call), STATUS_NOT_FOUND);
    assert_int_equal(parse("palette-next 3", &call), STATUS_MALFORMED);
    assert_int_equal(call.action, ACTION_PALETTE_NEXT);
}

static void names_are_one_for_each_action(void **state) {
    (void)state;
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const char *name = action_row((enum action)i)->name;
        assert_int_equal(action_find(name, strlen(name)), i);
    }
    assert_int_equal(action_find("", 0), ACTION_NONE);
    assert_string_equal(action_row(ACTION_PART(MAX_PAIN))->name, "toggle-max-pain");
}

static void a_full_queue_counts_what_it_drops(void **state) {
    (void)state;
    static struct action_queue queue;
    for (int i = 0; i < ACTION_QUEUE_MAX + 3; i++) {
        action_queue_add_action(&queue, ACTION_QUIT);
    }
    assert_int_equal(queue.count, ACTION_QUEUE_MAX);
    assert_int_equal(queue.dropped_count, 3);
    action_queue_add(&queue, &queue.items[0]);
    assert_int_equal(queue.dropped_count, 4);
    queue.count = 0;
    action_queue_add_text(&queue, ACTION_QUIT, "%*s", ACTION_TEXT_BYTES, "x");
    assert_int_equal(queue.count, 0);
    assert_int_equal(queue.dropped_count, 5);
    action_queue_add_text(&queue, ACTION_QUIT, "%d %s", 7, "up");
    assert_string_equal(queue.items[0].text, "7 up");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_an_action),
        cmocka_unit_test(names_are_one_for_each_action),
        cmocka_unit_test(a_full_queue_counts_what_it_drops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
