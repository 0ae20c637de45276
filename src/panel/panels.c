#include "panel/panels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "panel/icon.h"
#include "panel/sections.h"

/* How long the pointer rests before they go, and how long they take to. */
#define AWAKE_NS      INT64_C(6000000000)
#define FADE_NS       INT64_C(220000000)
#define COLUMNS_SHARE 0.72f
/* Lengths at scale 1. */
#define BAR_W      40
#define BAR_ITEM   33
#define COLUMN_W   304
#define COLUMN_MIN 220
#define COLUMN_GAP 8
#define MARGIN     10
#define PADDING    12
#define HANDLE_W   14
#define HANDLE_H   76
static_assert(MARGIN + BAR_W + COLUMN_GAP == PANELS_BAR_PX, "what lies beside the bar");

static const struct {
    const char *name, *title;
    enum icon icon;
    void (*draw)(struct panels *panels, struct widget_context *ui);
} rows[] = {
    [PANEL_MARKET] = {"market", "Market", ICON_MARKET, section_market},
    [PANEL_LAYERS] = {"layers", "Layers", ICON_LAYERS, section_layers},
    [PANEL_FILTERS] = {"filters", "Filters", ICON_FILTERS, section_filters},
    [PANEL_SCALE] = {"scale", "Palette and scale", ICON_SCALE, section_scale},
    [PANEL_CLUSTERS] = {"clusters", "Clusters", ICON_CLUSTERS, section_clusters},
    [PANEL_TAPE] = {"tape", "Liquidations", ICON_TAPE, section_tape},
    [PANEL_FEEDS] = {"feeds", "Feeds", ICON_FEEDS, section_feeds},
    [PANEL_ALERTS] = {"alerts", "Alerts", ICON_ALERTS, section_alerts},
    [PANEL_CAPTURE] = {"capture", "Pictures, recordings", ICON_CAPTURE, section_capture},
};
static_assert(ARRAY_COUNT(rows) == PANEL_COUNT, "a row per panel");

const char *panel_name(enum panel_id id) {
    assert(id < PANEL_COUNT);
    return rows[id].name;
}

enum panel_id panel_find(const char *name, size_t len) {
    for (int i = 0; i < PANEL_COUNT; i++) {
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0) {
            return (enum panel_id)i;
        }
    }
    return PANEL_COUNT;
}

void panels_init(struct panels *panels) {
    memset(panels, 0, sizeof *panels);
    panels->shown = true;
}

/* -- when they are seen -- */

static bool awake(const struct panels *panels, int64_t mono_ns) {
    return panels->pointer_ns != 0 && mono_ns - panels->pointer_ns < AWAKE_NS;
}

static bool fades_in(const struct panels *panels, const struct panels_input *input) {
    if (input->forbidden) {
        return false;
    }
    bool pinned = panels->pinned && panels->shown && panels->open != 0;
    return pinned || panels->over || panels->typing || awake(panels, input->mono_ns);
}

bool panels_advance(struct panels *panels, const struct panels_input *input) {
    bool moved =
        input->pointer_x_px != panels->pointer_x_px || input->pointer_y_px != panels->pointer_y_px;
    if (moved && input->pointer_inside) {
        /* Where it stood at the start is no news. */
        panels->pointer_ns = panels->advanced_ns != 0 ? input->mono_ns : 0;
        panels->pointer_x_px = input->pointer_x_px;
        panels->pointer_y_px = input->pointer_y_px;
    }
    panels->forbidden = input->forbidden;
    panels->over = input->over && input->pointer_inside;
    panels->typing = input->typing;
    double step = panels->advanced_ns != 0
                      ? (double)(input->mono_ns - panels->advanced_ns) / (double)FADE_NS
                      : 0;
    double before = panels->opacity;
    double wanted = fades_in(panels, input) ? 1 : 0;
    panels->opacity = wanted > before ? fmin(wanted, before + step) : fmax(wanted, before - step);
    panels->advanced_ns = input->mono_ns;
    bool toasts = !input->forbidden && toasts_advance(&panels->toasts, input->mono_ns);
    return panels->opacity != before || panels->over || panels->typing || toasts ||
           panels->overlay_fresh || panels->fresh != 0;
}

bool panels_visible(const struct panels *panels) {
    return !panels->forbidden && (panels->opacity > 0 || panels->overlay != PANELS_NO_OVERLAY ||
                                  panels->statistics || panels->toasts.count > 0);
}

/* -- the bar -- */

/* What a sign is for, beside it. */
static void draw_tip(struct widget_context *ui, struct gui_rect beside, const char *title,
                     const char *key) {
    float s = ui->s;
    char text[PANEL_TEXT_BYTES];
    str_format(text, sizeof text, key[0] != '\0' ? "%s   %s" : "%s", title, key);
    float w = gui_text_width(ui->gui, GUI_BODY, text) + 20 * s;
    struct gui_rect box = {beside.x + beside.w + 10 * s, roundf(beside.y + (beside.h - 28 * s) / 2),
                           w, 28 * s};
    gui_front_begin(ui->gui);
    gui_draw_rect(ui->gui, box, 6 * s, ui->model->colors.plate);
    gui_draw_frame(ui->gui, box, 6 * s, fmaxf(1, s), ui->model->colors.rule);
    widget_text(ui, box, WIDGET_LEFT, 10 * s, GUI_BODY, ui->model->colors.text, title);
    if (key[0] != '\0') {
        widget_text(ui, box, WIDGET_RIGHT, -10 * s, GUI_BODY, ui->model->colors.text_faint, key);
    }
    gui_front_end(ui->gui);
}

struct bar_item {
    const char *id, *title;
    enum icon icon;
    enum action action; /* whose key is told, and what a click runs */
    const char *text;   /* that the action takes */
    bool on;
};

/* A sign of the bar; the tip is told to who draws it after the bar's window. */
static void draw_item(struct widget_context *ui, const struct bar_item *item,
                      const struct bar_item **tip, struct gui_rect *at) {
    const struct panel_colors *colors = &ui->model->colors;
    float s = ui->s;
    struct gui_hit hit = gui_area(ui->gui, item->id, 0, BAR_ITEM * s);
    struct gui_rect box = {hit.rect.x + 3 * s, hit.rect.y + 1.5f * s, hit.rect.w - 6 * s,
                           hit.rect.h - 3 * s};
    double strength = hit.held ? 1.7 : (hit.hovered ? 1.2 : (item->on ? 0.9 : 0));
    if (strength > 0) {
        gui_draw_rect(ui->gui, box, 6 * s, widget_ground(ui, strength));
    }
    icon_draw(ui->gui, item->icon, hit.rect, 17 * s,
              item->on ? colors->accent : (hit.hovered ? colors->text : colors->text_dim));
    if (hit.hovered) {
        *tip = item;
        *at = hit.rect;
    }
    if (hit.clicked) {
        action_queue_add_text(ui->queue, item->action, "%s", item->text);
    }
}

static void draw_bar(struct panels *panels, struct widget_context *ui, float top) {
    const struct panel_model *model = ui->model;
    float s = ui->s;
    const struct bar_item more[] = {
        {"console", "Console", ICON_CONSOLE, ACTION_CONSOLE, "", panels->overlay == PANELS_CONSOLE},
        {"keys", "Keys", ICON_KEYS, ACTION_KEYS, "", panels->overlay == PANELS_KEYS},
        {"stats", "Statistics", ICON_STATISTICS, ACTION_STATISTICS, "", panels->statistics},
        {"pin", "Keep panels while the pointer rests", ICON_PIN, ACTION_PANEL, "pin",
         panels->pinned},
    };
    struct bar_item items[PANEL_COUNT];
    const struct bar_item *tip = NULL;
    struct gui_rect at = {0};
    int count = PANEL_COUNT + (int)ARRAY_COUNT(more);
    float h = (float)count * BAR_ITEM * s + 19 * s;
    float h_max = model->plot.y + model->plot.h - 8 * s - top;
    gui_window_begin(ui->gui, &(struct gui_window_desc){.id = "bar",
                                                        .x = model->plot.x + MARGIN * s,
                                                        .y = top,
                                                        .w = BAR_W * s,
                                                        .h = fminf(h, h_max),
                                                        .padding = 4 * s,
                                                        .rounding = 10 * s});
    for (int i = 0; i < PANEL_COUNT; i++) {
        items[i] = (struct bar_item){rows[i].name, rows[i].title, rows[i].icon,
                                     ACTION_PANEL, rows[i].name,  (panels->open >> i & 1) != 0};
        draw_item(ui, &items[i], &tip, &at);
    }
    struct gui_rect line = gui_place(ui->gui, 0, 9 * s);
    line = (struct gui_rect){line.x + 6 * s, roundf(line.y + 4 * s), line.w - 12 * s, fmaxf(1, s)};
    gui_draw_rect(ui->gui, line, 0, model->colors.rule);
    for (size_t i = 0; i < ARRAY_COUNT(more); i++) {
        draw_item(ui, &more[i], &tip, &at);
    }
    gui_window_end(ui->gui);
    if (tip != NULL && panels->overlay == PANELS_NO_OVERLAY) {
        const char *key = tip->action == ACTION_PANEL ? "" : section_key(model, tip->action);
        draw_tip(ui, at, tip->title, key);
    }
}

/* All that is left of them when they are switched off. */
static void draw_handle(struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    float s = ui->s;
    gui_window_begin(ui->gui, &(struct gui_window_desc){.id = "handle",
                                                        .x = model->plot.x,
                                                        .y = model->plot.y + model->plot.h / 2,
                                                        .w = HANDLE_W * s,
                                                        .h = HANDLE_H * s,
                                                        .pivot_y = 0.5f,
                                                        .bare = true});
    struct gui_hit hit = gui_area(ui->gui, "handle", HANDLE_W * s, HANDLE_H * s);
    float w = hit.hovered ? 6 * s : 4 * s;
    struct gui_rect pill = {hit.rect.x + 4 * s, hit.rect.y + 8 * s, w, hit.rect.h - 16 * s};
    gui_draw_rect(ui->gui, pill, w / 2,
                  hit.hovered ? model->colors.text : widget_fade(model->colors.text_dim, 0.7));
    if (hit.clicked) {
        action_queue_add_action(ui->queue, ACTION_PANELS);
    }
    gui_window_end(ui->gui);
}

/* -- the open ones -- */

static void draw_panel(struct panels *panels, struct widget_context *ui, int i, bool first) {
    uint32_t bit = 1U << i;
    float top = gui_get_place(ui->gui).y;
    gui_push_id(ui->gui, i);
    ui->opened = (panels->fresh & bit) != 0;
    if (!first) {
        struct gui_rect line = gui_place(ui->gui, 0, 3 * ui->s);
        line = (struct gui_rect){line.x, roundf(line.y + ui->s), line.w, fmaxf(1, ui->s)};
        gui_draw_rect(ui->gui, line, 0, widget_fade(ui->model->colors.rule, 0.8));
    }
    unsigned did = widget_heading(ui, rows[i].title, "", (panels->folded & bit) != 0, true);
    if ((did & WIDGET_HEADING_FOLD) != 0) {
        panels->folded ^= bit;
    }
    if ((did & WIDGET_HEADING_CLOSE) != 0) {
        panels->open &= ~bit;
    }
    if ((panels->folded & bit) == 0) {
        rows[i].draw(panels, ui);
        gui_gap(ui->gui, 8 * ui->s);
    }
    gui_pop_id(ui->gui);
    panels->heights[i] = gui_get_place(ui->gui).y - top;
}

/* One below the other while there is room, by what they needed in the frame before; then in a
 * column further right, as long as columns take no more than COLUMNS_SHARE of the plot. The last
 * column scrolls. */
static void draw_columns(struct panels *panels, struct widget_context *ui, float top) {
    const struct panel_model *model = ui->model;
    float s = ui->s;
    float left = model->plot.x + (MARGIN + BAR_W + COLUMN_GAP) * s;
    float room = model->plot.x + model->plot.w - left - MARGIN * s;
    float w = fminf(COLUMN_W * s, room);
    float h_max = model->plot.y + model->plot.h - 8 * s - top;
    float step = w + COLUMN_GAP * s;
    int columns = (int)((model->plot.w * COLUMNS_SHARE - (left - model->plot.x)) / step);
    columns = columns < 1 ? 1 : columns;
    if (w < COLUMN_MIN * s || h_max < COLUMN_MIN * s) {
        return;
    }
    uint32_t open = panels->open;
    for (int column = 0, i = 0; column < columns && i < PANEL_COUNT; column++) {
        char id[16];
        float used = 2 * PADDING * s;
        bool first = true;
        for (; i < PANEL_COUNT && (open >> i & 1) == 0; i++) {
        }
        if (i == PANEL_COUNT) {
            return;
        }
        str_format(id, sizeof id, "column%d", column);
        gui_window_begin(ui->gui, &(struct gui_window_desc){.id = id,
                                                            .x = left + (float)column * step,
                                                            .y = top,
                                                            .w = w,
                                                            .h_max = h_max,
                                                            .padding = PADDING * s,
                                                            .rounding = 10 * s});
        for (; i < PANEL_COUNT; i++) {
            if ((open >> i & 1) == 0) {
                continue;
            }
            if (!first && column + 1 < columns && used + panels->heights[i] > h_max) {
                break;
            }
            used += panels->heights[i];
            draw_panel(panels, ui, i, first);
            first = false;
        }
        gui_window_end(ui->gui);
    }
}

void panels_draw(struct panels *panels, struct gui *gui, const struct panel_model *model,
                 struct action_queue *queue) {
    struct widget_context ui = {
        .gui = gui, .model = model, .queue = queue, .s = (float)model->scale};
    gui_set_opacity(gui, panels->opacity);
    if (panels->opacity > 0 && panels->shown) {
        float top = section_top(model);
        draw_columns(panels, &ui, top);
        draw_bar(panels, &ui, top);
    } else if (panels->opacity > 0) {
        draw_handle(&ui);
    }
    panels->fresh = 0;
    gui_set_opacity(gui, 1);
    if (panels->statistics) {
        overlay_statistics(&ui);
    }
    ui.opened = panels->overlay_fresh;
    panels->overlay_fresh = false;
    bool done = false;
    if (panels->overlay == PANELS_KEYS) {
        done = overlay_keys(panels, &ui);
    } else if (panels->overlay == PANELS_CONSOLE) {
        done = console_draw(&panels->console, &ui);
    }
    if (done) {
        panels->overlay = PANELS_NO_OVERLAY;
    }
    toasts_draw(&panels->toasts, &ui);
}

/* -- actions -- */

void panels_toggle(struct panels *panels) {
    panels->shown = !panels->shown;
    panels->pointer_ns = panels->advanced_ns; /* to be seen at once */
}

void panels_toggle_panel(struct panels *panels, enum panel_id id) {
    uint32_t bit = 1U << id;
    panels->open ^= bit;
    panels->fresh |= panels->open & bit;
    panels->folded &= ~bit;
    panels->shown = panels->shown || (panels->open & bit) != 0;
    panels->pointer_ns = panels->advanced_ns;
}

void panels_toggle_overlay(struct panels *panels, enum panels_overlay overlay) {
    panels->overlay = panels->overlay == overlay ? PANELS_NO_OVERLAY : overlay;
    panels->overlay_fresh = panels->overlay != PANELS_NO_OVERLAY;
    if (panels->overlay == PANELS_CONSOLE) {
        console_open(&panels->console);
    }
    panels->keys_search[0] = '\0';
}

void panels_open_console(struct panels *panels, const char *text) {
    panels->overlay = PANELS_CONSOLE;
    panels->overlay_fresh = true;
    console_open(&panels->console);
    console_type(&panels->console, text);
}

void panels_toggle_statistics(struct panels *panels) {
    panels->statistics = !panels->statistics;
}

void panels_toggle_pinned(struct panels *panels) {
    panels->pinned = !panels->pinned;
}

bool panels_dismiss(struct panels *panels) {
    bool any = panels->overlay != PANELS_NO_OVERLAY;
    panels->overlay = PANELS_NO_OVERLAY;
    return any;
}

/* -- from one run to the next -- */

const char *panels_format(const struct panels *panels, char out[PANELS_STATE_BYTES]) {
    out[0] = '\0';
    (void)str_append(out, PANELS_STATE_BYTES, "%s%s%s", panels->shown ? "shown" : "hidden",
                     panels->pinned ? " pin" : "", panels->statistics ? " statistics" : "");
    for (int i = 0; i < PANEL_COUNT; i++) {
        if ((panels->open >> i & 1) != 0) {
            (void)str_append(out, PANELS_STATE_BYTES, " %s%s", rows[i].name,
                             (panels->folded >> i & 1) != 0 ? "-folded" : "");
        }
    }
    return out;
}

/* False: it is not known. */
static bool parse_word(struct panels *panels, struct span word) {
    static const char folded[] = "-folded";
    size_t tail = sizeof folded - 1;
    if (span_equal_text(word, "shown") || span_equal_text(word, "hidden")) {
        panels->shown = word.bytes[0] == 's';
    } else if (span_equal_text(word, "pin")) {
        panels->pinned = true;
    } else if (span_equal_text(word, "statistics")) {
        panels->statistics = true;
    } else {
        bool fold = word.len > tail && memcmp(word.bytes + word.len - tail, folded, tail) == 0;
        enum panel_id id = panel_find(word.bytes, fold ? word.len - tail : word.len);
        if (id == PANEL_COUNT) {
            return false;
        }
        panels->open |= 1U << id;
        panels->folded |= fold ? 1U << id : 0U;
    }
    return true;
}

/* The first word that is not known, its len 0 where all are. */
static struct span parse_words(struct panels *panels, const char *text) {
    struct span unknown = {text, 0};
    for (const char *at = text + strspn(text, " "); *at != '\0'; at += strspn(at, " ")) {
        struct span word = {at, strcspn(at, " ")};
        if (!parse_word(panels, word) && unknown.len == 0) {
            unknown = word;
        }
        at += word.len;
    }
    return unknown;
}

void panels_parse(struct panels *panels, const char *text) {
    panels->shown = true;
    panels->open = 0;
    panels->folded = 0;
    panels->pinned = false;
    panels->statistics = false;
    (void)parse_words(panels, text);
}

bool panels_check(const char *text, char error[OPTION_ERROR_BYTES]) {
    static struct panels scratch; /* tens of kilobytes: not on the stack */
    struct span unknown = parse_words(&scratch, text);
    if (unknown.len == 0) {
        return true;
    }
    str_format(error, OPTION_ERROR_BYTES, "\"%.*s\": unknown; one of shown hidden pin statistics",
               (int)(unknown.len < 40 ? unknown.len : 40), unknown.bytes);
    for (int i = 0; i < PANEL_COUNT; i++) {
        (void)str_append(error, OPTION_ERROR_BYTES, " %s", rows[i].name);
    }
    (void)str_append(error, OPTION_ERROR_BYTES, ", each of these with -folded too");
    return false;
}
