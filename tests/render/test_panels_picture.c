#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <SDL2/SDL_events.h>

#include "gfx/debug.h"
#include "layer/picture.h"
#include "support/golden.h"
#include "support/panel_stage.h"

/* Panels as they are drawn: inside the plot alone, at every size; what is clicked and typed in them
 * comes out as action calls; the picture is drawn as if they were not there. */

enum { WIDTH = 1280, HEIGHT = 720 };

static struct panel_stage stage;

static int open_stage(void **state) {
    (void)state;
    return panel_stage_open(&stage, WIDTH, HEIGHT) ? 0 : -1;
}

static int close_stage(void **state) {
    (void)state;
    assert_int_equal(debug_error_count(), 0);
    panel_stage_close(&stage);
    return 0;
}

static int begin(void **state) {
    (void)state;
    panel_stage_fill(&stage, false);
    panel_stage_place(&stage, WIDTH, HEIGHT, 0.8);
    panels_init(&stage.panels);
    stage.panels.opacity = 1;
    stage.queue.count = 0;
    return 0;
}

/* -- where they are drawn -- */

struct pixels {
    int inside, outside; /* of the plot: that are not the ground */
};

static struct pixels count_pixels(void) {
    size_t bytes = (size_t)stage.width_px * (size_t)stage.height_px * 4;
    uint8_t *rgba = malloc(bytes);
    struct pixels out = {0};
    assert_non_null(rgba);
    offscreen_read_rgba(stage.offscreen, bytes, rgba);
    const struct gui_rect *plot = &stage.model.plot;
    for (int y = 0; y < stage.height_px; y++) {
        /* gui draws as into a window, whose row 0 is the bottom one. */
        const uint8_t *row = rgba + (size_t)(stage.height_px - 1 - y) * (size_t)stage.width_px * 4;
        for (int x = 0; x < stage.width_px; x++) {
            bool ground = abs(row[4 * x] - 51) <= 1 && abs(row[4 * x + 1] - 102) <= 1 &&
                          abs(row[4 * x + 2] - 153) <= 1;
            bool inside = (float)x >= plot->x && (float)x < plot->x + plot->w &&
                          (float)y >= plot->y && (float)y < plot->y + plot->h;
            out.inside += inside && !ground;
            out.outside += !inside && !ground;
        }
    }
    free(rgba);
    return out;
}

static void draw_settled(void) {
    for (int i = 0; i < 4; i++) { /* heights are those of the frame before */
        panel_stage_draw(&stage);
    }
}

static void they_stay_inside_the_plot_at_every_size(void **state) {
    (void)state;
    static const struct {
        int w, h;
        double scale;
        bool light;
    } rows[] = {{WIDTH, HEIGHT, 0.8, false},
                {640, 360, 0.75, true},
                {1280, 360, 1.5, false},
                {400, 720, 0.75, true}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        panel_stage_fill(&stage, rows[i].light);
        panel_stage_place(&stage, rows[i].w, rows[i].h, rows[i].scale);
        stage.panels.open = (1U << PANEL_COUNT) - 1;
        stage.panels.statistics = true;
        toasts_take(&stage.panels.toasts,
                    "a notice of some length that has to be folded where "
                    "there is no room for all of it in one line",
                    (int)i + 1, stage.model.mono_ns);
        draw_settled();
        struct pixels panels = count_pixels();
        stage.panels.overlay = i % 2 == 0 ? PANELS_CONSOLE : PANELS_KEYS;
        stage.panels.overlay_fresh = true;
        draw_settled();
        struct pixels overlay = count_pixels();
        stage.panels.overlay = PANELS_NO_OVERLAY;
        if (panels.outside != 0 || overlay.outside != 0 || panels.inside < 2000 ||
            overlay.inside < panels.inside) {
            fail_msg("%d x %d: panels %d inside, %d outside; overlay %d inside, %d outside",
                     rows[i].w, rows[i].h, panels.inside, panels.outside, overlay.inside,
                     overlay.outside);
        }
    }
}

static void switched_off_all_that_is_left_is_a_handle(void **state) {
    (void)state;
    stage.panels.open = 1U << PANEL_LAYERS;
    draw_settled();
    int before = count_pixels().inside;
    panels_toggle(&stage.panels);
    draw_settled();
    int handle = count_pixels().inside;
    assert_in_range(handle, 50, 1500);
    assert_true(before > 20 * handle);
}

static void opacity_fades_them(void **state) {
    (void)state;
    stage.panels.opacity = 0;
    draw_settled();
    struct pixels none = count_pixels();
    assert_int_equal(none.inside + none.outside, 0);
}

static uint8_t *read_back(void) {
    size_t bytes = (size_t)WIDTH * HEIGHT * 4;
    uint8_t *rgba = malloc(bytes);
    assert_non_null(rgba);
    offscreen_read_rgba(stage.offscreen, bytes, rgba);
    return rgba;
}

/* Pixels of two pictures that differ by more than a rounding. */
static int count_different(const uint8_t *a, const uint8_t *b) {
    int count = 0;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 4; i += 4) {
        count +=
            abs(a[i] - b[i]) > 8 || abs(a[i + 1] - b[i + 1]) > 8 || abs(a[i + 2] - b[i + 2]) > 8;
    }
    return count;
}

static void a_copy_looks_as_it_was_drawn(void **state) {
    (void)state;
    stage.panels.open = 1U << PANEL_SCALE | 1U << PANEL_TAPE;
    draw_settled();
    uint8_t *drawn = read_back();
    stage.change_count = 0;
    for (int i = 0; i < 3; i++) {
        panel_stage_clear(&stage);
        panel_stage_draw_copied(&stage);
    }
    assert_int_equal(stage.change_count, 1); /* the others were copies alone */
    uint8_t *copied = read_back();
    assert_in_range(count_different(drawn, copied), 0, 400); /* half opaque rims of windows */
    stage.model.tape[0].usd += 1e6;
    panel_stage_clear(&stage);
    panel_stage_draw_copied(&stage);
    assert_int_equal(stage.change_count, 2);
    free(drawn);
    free(copied);
}

/* -- what the pointer does -- */

static bool send_button(float x, float y, bool down) {
    SDL_Event move = {.motion = {.type = SDL_MOUSEMOTION, .x = (Sint32)x, .y = (Sint32)y}};
    SDL_Event button = {.button = {.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP,
                                   .button = SDL_BUTTON_LEFT,
                                   .state = down ? SDL_PRESSED : SDL_RELEASED,
                                   .clicks = 1,
                                   .x = (Sint32)x,
                                   .y = (Sint32)y}};
    (void)gui_take_event(stage.gui, &move, 1);
    return gui_take_event(stage.gui, &button, 1);
}

static bool click(float x, float y) {
    bool taken = send_button(x, y, true);
    panel_stage_draw(&stage);
    (void)send_button(x, y, false);
    panel_stage_draw(&stage);
    return taken;
}

/* Click down the first column and keep what comes out, without repeats. */
static void click_down(float x, struct action_queue *out) {
    float top = stage.model.plot.y + 8;
    memset(out, 0, sizeof *out);
    for (float y = top + 45; y < stage.model.plot.y + stage.model.plot.h - 16; y += 9) {
        stage.queue.count = 0;
        (void)click(x, y);
        for (int i = 0; i < stage.queue.count; i++) {
            const struct action_call *call = &stage.queue.items[i];
            const struct action_call *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
            if (last == NULL || last->action != call->action ||
                strcmp(last->text, call->text) != 0) {
                action_queue_add(out, call);
            }
        }
    }
}

static void the_switches_of_layers_run_their_parts(void **state) {
    (void)state;
    static struct action_queue did;
    static const enum action want[] = {
        ACTION_PART(FIELD),    ACTION_PART(BOOK),     ACTION_PART(GAPS),     ACTION_PART(PRICE),
        ACTION_PART(CANDLES),  ACTION_PART(MA),       ACTION_PART(VWAP),     ACTION_PART(BUBBLES),
        ACTION_PART(RECEIPTS), ACTION_PART(CLUSTERS), ACTION_PART(MAX_PAIN),
    };
    stage.panels.open = 1U << PANEL_LAYERS;
    draw_settled();
    click_down(stage.model.plot.x + 80, &did);
    assert_true(did.count >= (int)ARRAY_COUNT(want));
    for (size_t i = 0; i < ARRAY_COUNT(want); i++) {
        assert_int_equal(did.items[i].action, want[i]);
        assert_string_equal(did.items[i].text, "");
    }
}

static void filters_set_side_bands_and_least(void **state) {
    (void)state;
    static struct action_queue did;
    int bands = 0;
    bool side = false;
    bool least = false;
    stage.panels.open = 1U << PANEL_FILTERS;
    draw_settled();
    click_down(stage.model.plot.x + 140, &did);
    for (int i = 0; i < did.count; i++) {
        const struct action_call *call = &did.items[i];
        bands += call->action >= ACTION_BAND_1 && call->action <= ACTION_BAND_6;
        side = side || (call->action == ACTION_SET && strcmp(call->text, "side long") == 0);
        least = least || (call->action == ACTION_SET && strncmp(call->text, "least ", 6) == 0);
    }
    assert_int_equal(bands, SETTINGS_BAND_COUNT);
    assert_true(side);
    assert_true(least);
}

static void a_cluster_that_is_clicked_is_shown(void **state) {
    (void)state;
    static struct action_queue did;
    stage.panels.open = 1U << PANEL_CLUSTERS;
    draw_settled();
    click_down(stage.model.plot.x + 100, &did);
    assert_true(did.count >= 8);
    assert_int_equal(did.items[0].action, ACTION_SHOW_PRICE);
    assert_string_equal(did.items[0].text, "70000");
    assert_string_equal(did.items[1].text, "69000");
}

static void the_picture_gets_what_is_beside_them(void **state) {
    (void)state;
    stage.panels.open = 1U << PANEL_LAYERS;
    draw_settled();
    assert_true(click(stage.model.plot.x + 80, stage.model.plot.y + 100));
    assert_false(click(stage.model.plot.x + 700, stage.model.plot.y + 100));
    assert_false(click((float)WIDTH - 20, (float)HEIGHT / 2));
    assert_false(gui_wants_pointer(stage.gui));
    gui_hide(stage.gui);
    assert_false(send_button(stage.model.plot.x + 80, stage.model.plot.y + 100, true));
    assert_false(send_button(stage.model.plot.x + 80, stage.model.plot.y + 100, false));
}

/* -- what is typed -- */

static void type(const char *text) {
    for (; *text != '\0'; text++) {
        SDL_Event event = {.text = {.type = SDL_TEXTINPUT, .text = {*text}}};
        assert_true(gui_take_event(stage.gui, &event, 1));
    }
    panel_stage_draw(&stage);
}

static void press(SDL_Scancode code) {
    SDL_Event event = {
        .key = {.type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym = {.scancode = code}}};
    assert_true(gui_take_event(stage.gui, &event, 1));
    panel_stage_draw(&stage);
    event.key.type = SDL_KEYUP;
    event.key.state = SDL_RELEASED;
    (void)gui_take_event(stage.gui, &event, 1);
    panel_stage_draw(&stage);
}

static void the_console_completes_and_runs(void **state) {
    (void)state;
    panels_toggle_overlay(&stage.panels, PANELS_CONSOLE);
    draw_settled();
    assert_true(gui_wants_text(stage.gui));
    type("set palette vir");
    press(SDL_SCANCODE_TAB);
    assert_string_equal(stage.panels.console.text, "set palette viridis");
    press(SDL_SCANCODE_RETURN);
    assert_int_equal(stage.queue.count, 1);
    assert_int_equal(stage.queue.items[0].action, ACTION_SET);
    assert_string_equal(stage.queue.items[0].text, "palette viridis");
    assert_int_equal(stage.panels.overlay, PANELS_NO_OVERLAY);
    draw_settled();
    assert_false(gui_wants_text(stage.gui)); /* keys are the picture's again */
}

static void the_console_goes_on_with_a_line_that_was_begun(void **state) {
    (void)state;
    panels_open_console(&stage.panels, "set least ");
    draw_settled();
    type("50000");
    press(SDL_SCANCODE_RETURN);
    assert_int_equal(stage.queue.count, 1);
    assert_string_equal(stage.queue.items[0].text, "least 50000");
}

static void a_wrong_line_stays_and_says_why(void **state) {
    (void)state;
    panels_toggle_overlay(&stage.panels, PANELS_CONSOLE);
    draw_settled();
    type("qqqq");
    press(SDL_SCANCODE_RETURN);
    assert_int_equal(stage.queue.count, 0);
    assert_int_equal(stage.panels.overlay, PANELS_CONSOLE);
    assert_string_not_equal(stage.panels.console.error, "");
    press(SDL_SCANCODE_ESCAPE);
    assert_int_equal(stage.panels.overlay, PANELS_NO_OVERLAY);
    draw_settled();
}

static void up_brings_back_what_was_run(void **state) {
    (void)state;
    stage.panels.console.history_count = 0;
    assert_true(console_run(&stage.panels.console, "toggle-grid", &stage.queue));
    assert_true(console_run(&stage.panels.console, "set split yes", &stage.queue));
    stage.queue.count = 0;
    panels_toggle_overlay(&stage.panels, PANELS_CONSOLE);
    draw_settled();
    press(SDL_SCANCODE_UP);
    assert_string_equal(stage.panels.console.text, "set split yes");
    press(SDL_SCANCODE_UP);
    assert_string_equal(stage.panels.console.text, "toggle-grid");
    press(SDL_SCANCODE_RETURN);
    assert_int_equal(stage.queue.count, 1);
    assert_int_equal(stage.queue.items[0].action, ACTION_PART(GRID));
    draw_settled();
}

static void the_table_of_keys_is_searched(void **state) {
    (void)state;
    panels_toggle_overlay(&stage.panels, PANELS_KEYS);
    draw_settled();
    type("palette");
    assert_string_equal(stage.panels.keys_search, "palette");
    press(SDL_SCANCODE_ESCAPE);
    assert_int_equal(stage.panels.overlay, PANELS_NO_OVERLAY);
    draw_settled();
}

/* -- the picture beside them -- */

static void the_picture_is_drawn_as_without_them(void **state) {
    (void)state;
    struct golden picture_stage = {
        .width_px = WIDTH, .height_px = HEIGHT, .offscreen = stage.offscreen};
    assert_int_equal(golden_open_picture(&picture_stage), 0);
    golden_fill(&picture_stage, NULL);
    struct settings settings = settings_default();
    struct camera camera = golden_camera(&picture_stage, 0, &settings);
    struct picture_frame frame = golden_frame(&picture_stage, &camera);
    free(golden_draw(&picture_stage, &frame));
    uint8_t *alone = golden_draw(&picture_stage, &frame);
    stage.panels.open = (1U << PANEL_COUNT) - 1;
    draw_settled();
    uint8_t *after = golden_draw(&picture_stage, &frame);
    assert_memory_equal(alone, after, (size_t)WIDTH * HEIGHT * 4);
    free(alone);
    free(after);
    golden_close_picture(&picture_stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(they_stay_inside_the_plot_at_every_size, begin),
        cmocka_unit_test_setup(switched_off_all_that_is_left_is_a_handle, begin),
        cmocka_unit_test_setup(opacity_fades_them, begin),
        cmocka_unit_test_setup(a_copy_looks_as_it_was_drawn, begin),
        cmocka_unit_test_setup(the_switches_of_layers_run_their_parts, begin),
        cmocka_unit_test_setup(filters_set_side_bands_and_least, begin),
        cmocka_unit_test_setup(a_cluster_that_is_clicked_is_shown, begin),
        cmocka_unit_test_setup(the_picture_gets_what_is_beside_them, begin),
        cmocka_unit_test_setup(the_console_completes_and_runs, begin),
        cmocka_unit_test_setup(the_console_goes_on_with_a_line_that_was_begun, begin),
        cmocka_unit_test_setup(a_wrong_line_stays_and_says_why, begin),
        cmocka_unit_test_setup(up_brings_back_what_was_run, begin),
        cmocka_unit_test_setup(the_table_of_keys_is_searched, begin),
        cmocka_unit_test_setup(the_picture_is_drawn_as_without_them, begin),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
