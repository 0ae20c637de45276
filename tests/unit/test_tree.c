/* Trees: strict texts only, numbers as text, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json/tree.h"

static struct tree *parse(const char *text) {
    enum status why = STATUS_OK;
    struct tree *tree = tree_parse(text, strlen(text), &why);
    assert_int_equal(tree == NULL, why != STATUS_OK);
    return tree;
}

static void members_and_elements_are_found(void **state) {
    (void)state;
    struct tree *root = parse("{\"a\":[\"1.50\",2.5,true,12],\"s\":\"x\",\"A\":0}");
    const struct tree *array = tree_member(root, "a");
    char text[16];
    int64_t integer = 0;
    bool flag = false;
    assert_true(tree_is_object(root));
    assert_true(tree_is_array(array));
    assert_null(tree_member(root, "b"));
    assert_null(tree_member(array, "a"));
    assert_string_equal(tree_text(tree_member(root, "s")), "x");
    const struct tree *element = tree_first(array);
    assert_true(tree_number_text(element, text, sizeof text));
    assert_string_equal(text, "1.50");
    element = tree_next(element);
    assert_true(tree_number_text(element, text, sizeof text));
    assert_string_equal(text, "2.5");
    assert_false(tree_integer(element, &integer));
    element = tree_next(element);
    assert_true(tree_boolean(element, &flag));
    assert_true(flag);
    assert_false(tree_number_text(element, text, sizeof text));
    element = tree_next(element);
    assert_true(tree_integer(element, &integer));
    assert_int_equal(integer, 12);
    assert_null(tree_next(element));
    assert_null(tree_first(NULL));
    tree_destroy(root);
}

static void what_is_lenient_elsewhere_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"01", "{} x", "[1.]", "\"a\tb\"", "nan", "", "{\"a\":1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_null(parse(texts[i]));
    }
    char deep[2 * TREE_DEPTH_MAX + 8];
    memset(deep, '[', TREE_DEPTH_MAX + 1);
    memset(deep + TREE_DEPTH_MAX + 1, ']', TREE_DEPTH_MAX + 1);
    deep[2 * TREE_DEPTH_MAX + 2] = '\0';
    assert_null(parse(deep));
}

static void integers_above_2_to_the_53_need_a_string(void **state) {
    (void)state;
    struct tree *root = parse("[9007199254740994000,\"9007199254740993001\"]");
    int64_t integer = 0;
    assert_false(tree_integer(tree_first(root), &integer));
    assert_true(tree_integer(tree_next(tree_first(root)), &integer));
    assert_int_equal(integer, 9007199254740993001);
    tree_destroy(root);
    tree_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_elements_are_found),
        cmocka_unit_test(what_is_lenient_elsewhere_is_refused),
        cmocka_unit_test(integers_above_2_to_the_53_need_a_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
