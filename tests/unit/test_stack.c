#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "base/str.h"
#include "layer/stack.h"
#include "support/near.h"

/* Labels along an edge: none over another, the heaviest first, and each near its own height. */

static const struct stack_desc edge = {.top = 100, .bottom = 500, .gap = 2, .shift_max = 40};

static void what_has_room_stands_where_it_wants(void **state) {
    (void)state;
    struct stack_item items[] = {{.wanted = 120, .height = 20, .weight = 1},
                                 {.wanted = 300, .height = 20, .weight = 3},
                                 {.wanted = 480, .height = 20, .weight = 2}};
    assert_int_equal(stack_place(&edge, 3, items), 3);
    for (int i = 0; i < 3; i++) {
        assert_near(items[i].middle, items[i].wanted, 1e-9);
    }
}

static void the_lighter_one_gives_way_in_order(void **state) {
    (void)state;
    struct stack_item items[] = {{.wanted = 300, .height = 20, .weight = 5},
                                 {.wanted = 305, .height = 20, .weight = 1},
                                 {.wanted = 299, .height = 20, .weight = 2}};
    assert_int_equal(stack_place(&edge, 3, items), 3);
    assert_near(items[0].middle, 300, 1e-9);
    assert_near(items[1].middle, 322, 1e-6); /* below, although it would be as near above */
    assert_near(items[2].middle, 278, 1e-6);
}

static void too_far_a_shift_is_a_drop(void **state) {
    (void)state;
    struct stack_item items[5];
    for (int i = 0; i < 5; i++) {
        items[i] = (struct stack_item){.wanted = 300, .height = 20, .weight = 5 - i};
    }
    /* 300, then 278 and 322: 40 px do not reach the next places, 256 and 344. */
    assert_int_equal(stack_place(&edge, 5, items), 3);
    assert_true(items[0].placed && items[1].placed && items[2].placed);
    assert_false(items[3].placed || items[4].placed);
}

static void blocks_and_edges_are_kept_free(void **state) {
    (void)state;
    const struct stack_block blocks[] = {{290, 310}, {305, 320}};
    struct stack_desc desc = edge;
    desc.blocks = blocks;
    desc.block_count = 2;
    struct stack_item items[] = {{.wanted = 299, .height = 20, .weight = 1},
                                 {.wanted = 90, .height = 20, .weight = 1},
                                 {.wanted = 600, .height = 20, .weight = 9}};
    assert_int_equal(stack_place(&desc, 3, items), 2);
    assert_near(items[0].middle, 280, 1e-6);
    assert_near(items[1].middle, 110, 1e-6);
    assert_false(items[2].placed);
}

/* Whatever is asked for: no overlap, inside, in order, no shift too far, and the heaviest has a
 * place if there is one for it alone. */
static void any_stack_is_in_order(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 77);
    for (int round = 0; round < 400; round++) {
        struct stack_block blocks[4];
        struct stack_item items[STACK_ITEM_MAX];
        struct stack_desc desc = edge;
        desc.blocks = blocks;
        desc.block_count = (int)(random_uniform(&random) * 5);
        desc.shift_max = random_uniform(&random) * 120;
        for (int i = 0; i < desc.block_count; i++) {
            blocks[i].top = 60 + random_uniform(&random) * 440;
            blocks[i].bottom = blocks[i].top + random_uniform(&random) * 60;
        }
        int count = 1 + (int)(random_uniform(&random) * (STACK_ITEM_MAX - 1));
        int heaviest = 0;
        for (int i = 0; i < count; i++) {
            items[i] = (struct stack_item){.wanted = 90 + random_uniform(&random) * 420,
                                           .height = 8 + random_uniform(&random) * 24,
                                           .weight = random_exponential(&random)};
            heaviest = items[i].weight > items[heaviest].weight ? i : heaviest;
        }
        struct stack_item alone = items[heaviest];
        stack_place(&desc, 1, &alone);
        int placed = stack_place(&desc, count, items);
        assert_int_equal(items[heaviest].placed, alone.placed);
        assert_near(items[heaviest].middle, alone.middle, 1e-9);
        for (int i = 0; i < count; i++) {
            const struct stack_item *item = &items[i];
            placed -= item->placed;
            if (!item->placed) {
                continue;
            }
            assert_true(fabs(item->middle - item->wanted) <= desc.shift_max + 1e-5);
            assert_true(item->middle - item->height / 2 >= desc.top - 1e-5);
            assert_true(item->middle + item->height / 2 <= desc.bottom + 1e-5);
            for (int b = 0; b < desc.block_count; b++) {
                assert_true(item->middle + item->height / 2 <= blocks[b].top + 1e-5 ||
                            item->middle - item->height / 2 >= blocks[b].bottom - 1e-5);
            }
            for (int k = 0; k < count; k++) {
                if (items[k].placed && items[k].wanted > item->wanted) {
                    assert_true(items[k].middle - item->middle >=
                                (items[k].height + item->height) / 2 + desc.gap - 1e-5);
                }
            }
        }
        assert_int_equal(placed, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_room_stands_where_it_wants),
        cmocka_unit_test(the_lighter_one_gives_way_in_order),
        cmocka_unit_test(too_far_a_shift_is_a_drop),
        cmocka_unit_test(blocks_and_edges_are_kept_free),
        cmocka_unit_test(any_stack_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
