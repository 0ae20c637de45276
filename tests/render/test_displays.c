/* Screens that go, come back and change: where windows are meanwhile, by real events of SDL on a
 * list of screens made up here (the linker sends SDL's questions for screens to the functions
 * below); and what windows share of GL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <SDL2/SDL.h>

#include "gfx/readback.h"
#include "layer/canvas.h"
#include "window/desktop.h"

struct screen {
    const char *name;
    SDL_Rect bounds;
    int refresh_hz;
};

static const struct screen left = {"eDP-1", {0, 0, 1920, 1080}, 60};
static const struct screen right = {"DP-2", {1920, 0, 2560, 1440}, 144};
static struct screen screens[2];
static int screen_count;

int __wrap_SDL_GetNumVideoDisplays(void);
const char *__wrap_SDL_GetDisplayName(int i);
int __wrap_SDL_GetDisplayBounds(int i, SDL_Rect *out);
int __wrap_SDL_GetCurrentDisplayMode(int i, SDL_DisplayMode *out);
int __wrap_SDL_GetWindowDisplayIndex(SDL_Window *window);

int __wrap_SDL_GetNumVideoDisplays(void) {
    return screen_count;
}

const char *__wrap_SDL_GetDisplayName(int i) {
    return screens[i].name;
}

int __wrap_SDL_GetDisplayBounds(int i, SDL_Rect *out) {
    *out = screens[i].bounds;
    return 0;
}

int __wrap_SDL_GetCurrentDisplayMode(int i, SDL_DisplayMode *out) {
    *out = (SDL_DisplayMode){
        .w = screens[i].bounds.w, .h = screens[i].bounds.h, .refresh_rate = screens[i].refresh_hz};
    return 0;
}

static SDL_Rect rect_of(SDL_Window *window) {
    SDL_Rect rect = {0};
    SDL_GetWindowPosition(window, &rect.x, &rect.y);
    SDL_GetWindowSize(window, &rect.w, &rect.h);
    return rect;
}

int __wrap_SDL_GetWindowDisplayIndex(SDL_Window *window) {
    SDL_Rect rect = rect_of(window);
    SDL_Point corner = {rect.x, rect.y};
    int found = 0;
    for (int i = 0; i < screen_count; i++) {
        found = SDL_PointInRect(&corner, &screens[i].bounds) ? i : found;
    }
    return found;
}

struct rig {
    struct desktop *desktop;
    struct display *display;
    struct keymap keymap;
    struct action_queue queue;
};

static void set_screens(int count, const struct screen *first, const struct screen *second) {
    screen_count = count;
    screens[0] = *first;
    screens[1] = *second;
}

/* The screens are others now: SDL says so, and the desktop looks. */
static void change(struct rig *rig, int count, const struct screen *first,
                   const struct screen *second, Uint8 what) {
    set_screens(count, first, second);
    SDL_Event event = {.display = {.type = SDL_DISPLAYEVENT, .display = 1, .event = what}};
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_true(desktop_poll(rig->desktop, &rig->keymap, &rig->queue));
}

static void expect_at(int x, int y, int w, int h) {
    SDL_Rect rect = rect_of(SDL_GL_GetCurrentWindow());
    assert_int_equal(rect.x, x);
    assert_int_equal(rect.y, y);
    assert_int_equal(rect.w, w);
    assert_int_equal(rect.h, h);
}

static int set_up(void **state) {
    static struct rig rig;
    char reason[DISPLAY_REASON_BYTES];
    rig = (struct rig){0};
    setenv("SDL_VIDEODRIVER", "offscreen", 1);
    set_screens(2, &left, &right);
    const struct display_place place = {
        .screen = {.name = "DP-2"}, .rect = {100, 200, 640, 360}, .placed = true};
    *state = &rig;
    return desktop_create(&rig.desktop, reason) == STATUS_OK &&
                   desktop_open(rig.desktop, &place, &rig.display, reason) == STATUS_OK
               ? 0
               : -1;
}

static int tear_down(void **state) {
    struct rig *rig = *state;
    desktop_destroy(rig->desktop);
    return 0;
}

static void a_window_leaves_a_screen_that_goes_and_comes_back_with_it(void **state) {
    struct rig *rig = *state;
    expect_at(2020, 200, 640, 360);
    for (int round = 0; round < 3; round++) {
        change(rig, 1, &left, &left, SDL_DISPLAYEVENT_DISCONNECTED);
        expect_at(100, 200, 640, 360);
        assert_int_equal(desktop_monitors(rig->desktop)->count, 1);
        assert_string_equal(display_get_place(rig->display).screen.name, "DP-2");
        change(rig, 2, &left, &right, SDL_DISPLAYEVENT_CONNECTED);
        expect_at(2020, 200, 640, 360);
    }
}

static void it_finds_its_screen_in_another_place_and_under_another_number(void **state) {
    struct rig *rig = *state;
    struct screen moved = right, shifted = left;
    moved.bounds.x = 0;
    shifted.bounds.x = 2560;
    change(rig, 1, &left, &left, SDL_DISPLAYEVENT_DISCONNECTED);
    change(rig, 2, &moved, &shifted, SDL_DISPLAYEVENT_CONNECTED);
    expect_at(100, 200, 640, 360);
    change(rig, 2, &left, &right, SDL_DISPLAYEVENT_ORIENTATION);
    expect_at(2020, 200, 640, 360);
}

static void it_stays_where_another_screen_goes(void **state) {
    struct rig *rig = *state;
    struct screen alone = right;
    change(rig, 1, &alone, &alone, SDL_DISPLAYEVENT_DISCONNECTED);
    expect_at(2020, 200, 640, 360);
    alone.bounds.x = 0; /* the one that is left begins at the corner */
    change(rig, 1, &alone, &alone, SDL_DISPLAYEVENT_ORIENTATION);
    expect_at(100, 200, 640, 360);
}

static void the_rate_is_that_of_the_screen_it_is_on(void **state) {
    struct rig *rig = *state;
    assert_true(display_refresh_hz(rig->display) == 144);
    change(rig, 1, &left, &left, SDL_DISPLAYEVENT_DISCONNECTED);
    assert_true(display_refresh_hz(rig->display) == 60);
    struct screen slow = right;
    slow.refresh_hz = 30;
    change(rig, 2, &left, &slow, SDL_DISPLAYEVENT_CONNECTED);
    assert_true(display_refresh_hz(rig->display) == 30);
}

static void a_minimised_window_is_hidden_until_it_is_seen(void **state) {
    struct rig *rig = *state;
    SDL_Window *window = SDL_GL_GetCurrentWindow();
    assert_false(display_is_hidden(rig->display));
    SDL_HideWindow(window);
    assert_true(display_is_hidden(rig->display));
    SDL_ShowWindow(window);
    assert_false(display_is_hidden(rig->display));
}

static void a_swap_that_works_is_no_loss(void **state) {
    struct rig *rig = *state;
    for (int i = 0; i < 10; i++) {
        display_begin(rig->display);
        display_swap(rig->display);
        assert_false(desktop_is_lost(rig->desktop));
    }
}

static const float red[4] = {1, 0, 0, 1};
enum { SHARED_PX = 64 };

/* A texture that is drawn into, a program and vertices, all of the context that is current. */
struct shared {
    struct texture texture;
    struct target target;
    struct canvas *canvas;
};

static void shared_open(struct shared *shared) {
    const struct texture_desc desc = {
        .width = SHARED_PX, .height = SHARED_PX, .format = TEXTURE_BGRA8, .label = "shared"};
    shared->canvas = calloc(1, sizeof *shared->canvas);
    assert_non_null(shared->canvas);
    assert_true(canvas_init(shared->canvas, NULL));
    assert_true(texture_init(&shared->texture, &desc));
    assert_true(target_init_texture(&shared->target, &shared->texture));
    target_begin(&shared->target, TARGET_BLEND_NONE);
    target_clear(red);
}

static void shared_close(struct shared *shared) {
    texture_finish(&shared->texture);
    canvas_finish(shared->canvas);
    free(shared->canvas);
}

/* The window: its left part the texture's, right of that a green box of vertices. */
static void expect_drawn(struct display *display, struct shared *shared) {
    static uint8_t rgba[640 * 360 * 4];
    display_begin(display);
    struct target window = display_target(display);
    assert_true(sizeof rgba >= (size_t)window.width_px * (size_t)window.height_px * 4);
    target_begin(&window, TARGET_BLEND_NONE);
    target_clear((const float[4]){0, 0, 0, 1});
    target_copy(&shared->target, (struct target_rect){0, 0, SHARED_PX, SHARED_PX}, &window, 0, 0);
    target_begin(&window, TARGET_BLEND_ALPHA);
    canvas_begin(shared->canvas, window.width_px, window.height_px);
    canvas_set_list(shared->canvas, CANVAS_OVER);
    canvas_add_box(shared->canvas, (struct camera_rect){SHARED_PX, 0, SHARED_PX, SHARED_PX}, 0,
                   (struct theme_color){0, 255, 0, 255});
    canvas_draw(shared->canvas, CANVAS_OVER, &window);
    readback_rgba(&window, sizeof rgba, rgba);
    const uint8_t *in_texture = rgba + ((size_t)10 * (size_t)window.width_px + 10) * 4;
    const uint8_t *in_box = in_texture + (size_t)SHARED_PX * 4;
    const uint8_t *beyond = in_box + (size_t)SHARED_PX * 4;
    assert_memory_equal(in_texture, ((const uint8_t[4]){255, 0, 0, 255}), 4);
    assert_memory_equal(in_box, ((const uint8_t[4]){0, 255, 0, 255}), 4);
    assert_memory_equal(beyond, ((const uint8_t[4]){0, 0, 0, 255}), 4);
    display_swap(display);
}

static void what_one_window_made_is_drawn_in_another_and_outlives_it(void **state) {
    struct rig *rig = *state;
    struct display *second = NULL;
    struct shared shared = {0};
    char reason[DISPLAY_REASON_BYTES];
    const struct display_place place = {.rect = {.w = 640, .h = 360}};
    display_begin(rig->display);
    shared_open(&shared);
    expect_drawn(rig->display, &shared);
    assert_int_equal(desktop_open(rig->desktop, &place, &second, reason), STATUS_OK);
    expect_drawn(second, &shared);
    expect_drawn(rig->display, &shared);
    desktop_close(rig->desktop, rig->display);
    rig->display = second;
    expect_drawn(second, &shared);
    shared_close(&shared);
    assert_int_equal(desktop_renew(rig->desktop, reason), STATUS_OK);
    display_begin(second);
    shared_open(&shared);
    expect_drawn(second, &shared);
    shared_close(&shared);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_one_window_made_is_drawn_in_another_and_outlives_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_window_leaves_a_screen_that_goes_and_comes_back_with_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            it_finds_its_screen_in_another_place_and_under_another_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_stays_where_another_screen_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rate_is_that_of_the_screen_it_is_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_minimised_window_is_hidden_until_it_is_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_swap_that_works_is_no_loss, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("displays", tests, NULL, NULL);
}
