#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "panel/match.h"

/* What is meant by a few letters comes before what only contains them. */

static void letters_have_to_stand_in_order(void **state) {
    (void)state;
    static const struct {
        const char *query, *text;
        bool fits;
    } rows[] = {
        {"", "toggle-grid", true},
        {"  ", "toggle-grid", true},
        {"tg", "toggle-grid", true},
        {"TG", "toggle-grid", true},
        {"toggle-grid", "toggle-grid", true},
        {"toggle-gridx", "toggle-grid", false},
        {"gt", "toggle-grid", false},
        {"dg", "toggle-grid", false},
        {"togle", "toggle-grid", true},
        {"a", "", false},
        {"hide ven", "set hide-venue", true},
        {"é", "toggle-grid", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int score = match_score(rows[i].query, rows[i].text);
        if ((score > 0) != rows[i].fits) {
            fail_msg("\"%s\" in \"%s\": %d", rows[i].query, rows[i].text, score);
        }
    }
}

static void the_better_fit_comes_first(void **state) {
    (void)state;
    static const struct {
        const char *query, *better, *worse;
    } rows[] = {
        {"pal", "palette-next", "pan-left"},
        {"pal", "set palette", "set split"},
        {"grid", "toggle-grid", "toggle-gauge-of-ridges"},
        {"tg", "toggle-grid", "strings"},
        {"set w", "set window", "set show"},
        {"zoom", "zoom-in", "zoom-in-and-something-that-is-longer"},
        {"q", "quit", "toggle-squeeze"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int better = match_score(rows[i].query, rows[i].better);
        int worse = match_score(rows[i].query, rows[i].worse);
        if (better <= worse) {
            fail_msg("\"%s\": %s %d, %s %d", rows[i].query, rows[i].better, better, rows[i].worse,
                     worse);
        }
    }
}

static void long_texts_are_read_to_their_limit(void **state) {
    (void)state;
    char text[1000];
    char query[1000];
    memset(text, 'a', sizeof text);
    memset(query, 'a', sizeof query);
    text[sizeof text - 1] = '\0';
    query[sizeof query - 1] = '\0';
    assert_true(match_score(query, text) > 0);
    text[sizeof text - 2] = 'z';
    assert_int_equal(match_score("z", text), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_have_to_stand_in_order),
        cmocka_unit_test(the_better_fit_comes_first),
        cmocka_unit_test(long_texts_are_read_to_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
