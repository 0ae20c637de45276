#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "control/ipc_request.h"

static struct ipc_request request;
static char error[IPC_ERROR_BYTES];

static bool parse(const char *line) {
    error[0] = '\0';
    return ipc_request_parse(line, strlen(line), &request, error);
}

static void take(const char *line, enum ipc_verb verb) {
    if (!parse(line)) {
        fail_msg("%s: %s", line, error);
    }
    assert_int_equal(request.verb, verb);
}

static void properties_are_asked_for_set_and_watched(void **state) {
    (void)state;
    take("{\"command\":[\"get_property\",\"price\"],\"request_id\":7}", IPC_GET_PROPERTY);
    assert_string_equal(request.name, "price");
    assert_int_equal(request.request_id, 7);
    assert_int_equal(request.pane, ACTION_PANE_FOCUSED);
    take("{\"command\":[\"set_property\",\"split\",true],\"pane\":2}", IPC_SET_PROPERTY);
    assert_string_equal(request.value, "yes");
    assert_int_equal(request.pane, 2);
    assert_int_equal(request.request_id, 0);
    take(" {\"command\":[\"set_property\",\"white\",250000.5], \"other\":{}} \r", IPC_SET_PROPERTY);
    assert_string_equal(request.value, "250000.5");
    take("{\"command\":[\"set_property\",\"show\",\"+book -legend\"]}", IPC_SET_PROPERTY);
    assert_string_equal(request.value, "+book -legend");
    take("{\"command\":[\"observe_property\",3,\"palette\"]}", IPC_OBSERVE_PROPERTY);
    assert_int_equal(request.observe_id, 3);
    assert_string_equal(request.name, "palette");
    take("{\"command\":[\"unobserve_property\",-4]}", IPC_UNOBSERVE_PROPERTY);
    assert_int_equal(request.observe_id, -4);
    take("{\"command\":[\"list_properties\"]}", IPC_LIST_PROPERTIES);
    take("{\"command\":[\"list_actions\"]}", IPC_LIST_ACTIONS);
}

static void actions_come_as_a_line_as_a_text_and_as_an_array(void **state) {
    (void)state;
    static const char *const lines[] = {
        "set palette viridis",
        "  set   palette viridis\r",
        "{\"command\":\"set palette viridis\"}",
        "{\"command\":[\"set\",\"palette\",\"viridis\"]}",
        "{\"command\":[\"set\",\"palette viridis\"],\"pane\":-0}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        take(lines[i], IPC_RUN);
        assert_int_equal(request.call.action, ACTION_SET);
        assert_string_equal(request.call.text, "palette viridis");
        assert_int_equal(request.call.pane, i == 4 ? 0 : ACTION_PANE_FOCUSED);
    }
    take("{\"command\":[\"set\",\"black\",5e3]}", IPC_RUN);
    assert_string_equal(request.call.text, "black 5000");
    take("quit", IPC_RUN);
    assert_int_equal(request.call.action, ACTION_QUIT);
}

static void what_is_wrong_is_answered_with_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *line, *error;
        int64_t request_id;
    } rows[] = {
        {"", "\"\": unknown command; list_actions lists them", 0},
        {"fly", "\"fly\": unknown command; list_actions lists them", 0},
        {"quit now", "quit: expected no arguments", 0},
        {"set", "set: expected NAME VALUE", 0},
        {"{", "not JSON; expected {\"command\":[\"get_property\",\"price\"]}", 0},
        {"{\"command\":[\"quit\"]} x",
         "not JSON; expected {\"command\":[\"get_property\",\"price\"]}", 0},
        {"{\"request_id\":5}", "command: expected an array or a text", 5},
        {"{\"command\":7,\"request_id\":5}", "command: expected an array or a text", 5},
        {"{\"command\":[],\"request_id\":5}", "command: expected an array that begins with a name",
         5},
        {"{\"command\":[[\"quit\"]]}", "command: expected an array that begins with a name", 0},
        {"{\"command\":[\"set\",{}]}",
         "command: expected texts, numbers and switches of at most 511 bytes", 0},
        {"{\"command\":[\"get_property\"]}", "get_property: expected NAME", 0},
        {"{\"command\":[\"get_property\",1]}",
         "NAME: not the name of a property; list_properties lists them", 0},
        {"{\"command\":[\"set_property\",\"a\"]}", "set_property: expected NAME, VALUE", 0},
        {"{\"command\":[\"set_property\",\"a\",null]}",
         "a: expected a text, a number or a switch of at most 1023 bytes", 0},
        {"{\"command\":[\"observe_property\",\"x\",\"a\"]}", "ID: not a whole number", 0},
        {"{\"command\":[\"list_actions\",1]}", "list_actions: expected no arguments", 0},
        {"{\"command\":\"quit\",\"request_id\":\"5\"}", "request_id: not a whole number", 0},
        {"{\"command\":\"quit\",\"request_id\":1.5}", "request_id: not a whole number", 0},
        {"{\"command\":\"quit\",\"pane\":-1}", "pane: not the number of a pane", 0},
        {"{\"command\":\"quit\",\"pane\":1e9}", "pane: not the number of a pane", 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (parse(rows[i].line)) {
            fail_msg("taken: %s", rows[i].line);
        }
        assert_string_equal(error, rows[i].error);
        assert_int_equal(request.request_id, rows[i].request_id);
    }
}

static void long_and_hostile_texts_are_refused(void **state) {
    (void)state;
    static char line[4096];
    static const char zero[] = "qu\0it";
    memset(line, 'a', sizeof line - 1);
    assert_false(parse(line));
    assert_true(strlen(error) < 100);
    memcpy(line, "set ", 4);
    assert_false(parse(line));
    assert_string_equal(error, "set: its arguments are too long; at most 511 bytes");
    str_format(line, sizeof line, "{\"command\":[\"get_property\",\"%0100d\"]}", 1);
    assert_false(parse(line));
    str_format(line, sizeof line, "{\"command\":[\"set\",\"%0300d\",\"%0300d\"]}", 1, 1);
    assert_false(parse(line));
    assert_string_equal(error, "command: too long; at most 511 bytes");
    assert_false(ipc_request_parse(zero, sizeof zero - 1, &request, error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_are_asked_for_set_and_watched),
        cmocka_unit_test(actions_come_as_a_line_as_a_text_and_as_an_array),
        cmocka_unit_test(what_is_wrong_is_answered_with_what_was_expected),
        cmocka_unit_test(long_and_hostile_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
