/* The parts of the picture, by what they belong to, each with a switch. */
#include <ctype.h>

#include "base/str.h"
#include "panel/sections.h"
#include "view/settings.h"

enum group { GROUP_OVER, GROUP_FIELD, GROUP_PRICE, GROUP_BESIDE, GROUP_STRIP, GROUP_FRAME };

static const char *const group_titles[] = {
    [GROUP_FIELD] = "Field",      [GROUP_PRICE] = "Price",  [GROUP_OVER] = "Over the field",
    [GROUP_BESIDE] = "Beside it", [GROUP_STRIP] = "Strips", [GROUP_FRAME] = "Frame",
};
static const enum group group_order[] = {GROUP_FIELD,  GROUP_PRICE, GROUP_OVER,
                                         GROUP_BESIDE, GROUP_STRIP, GROUP_FRAME};

/* Where a part stands; those that are not named lie over the field. */
static const enum group groups[SETTINGS_PART_COUNT] = {
    [SETTINGS_PART_FIELD] = GROUP_FIELD,       [SETTINGS_PART_BOOK] = GROUP_FIELD,
    [SETTINGS_PART_GAPS] = GROUP_FIELD,        [SETTINGS_PART_PRICE] = GROUP_PRICE,
    [SETTINGS_PART_CANDLES] = GROUP_PRICE,     [SETTINGS_PART_MA] = GROUP_PRICE,
    [SETTINGS_PART_VWAP] = GROUP_PRICE,        [SETTINGS_PART_PROFILE] = GROUP_BESIDE,
    [SETTINGS_PART_CUMULATIVE] = GROUP_BESIDE, [SETTINGS_PART_GAUGE] = GROUP_BESIDE,
    [SETTINGS_PART_VOLUME] = GROUP_STRIP,      [SETTINGS_PART_OPEN_INTEREST] = GROUP_STRIP,
    [SETTINGS_PART_FUNDING] = GROUP_STRIP,     [SETTINGS_PART_VOLATILITY] = GROUP_STRIP,
    [SETTINGS_PART_RSI] = GROUP_STRIP,         [SETTINGS_PART_LIQUIDATED] = GROUP_STRIP,
    [SETTINGS_PART_GRID] = GROUP_FRAME,        [SETTINGS_PART_LEGEND] = GROUP_FRAME,
    [SETTINGS_PART_STATUS] = GROUP_FRAME,
};

/* What a key on the command line does not say well. */
static const struct {
    enum settings_part part;
    const char *title;
} titles[] = {
    {SETTINGS_PART_FIELD, "Estimated liquidations"},
    {SETTINGS_PART_BOOK, "Order book"},
    {SETTINGS_PART_GAPS, "Gaps hatched"},
    {SETTINGS_PART_MA, "Moving average"},
    {SETTINGS_PART_VWAP, "VWAP of the day"},
    {SETTINGS_PART_BUBBLES, "Realised liquidations"},
    {SETTINGS_PART_RECEIPTS, "Receipts of sweeps"},
    {SETTINGS_PART_CLUSTERS, "Cluster labels"},
    {SETTINGS_PART_CUMULATIVE, "Cumulative curves"},
    {SETTINGS_PART_GAUGE, "Squeeze gauge"},
    {SETTINGS_PART_RSI, "Relative strength"},
    {SETTINGS_PART_LIQUIDATED, "Liquidated"},
    {SETTINGS_PART_STATUS, "Status line"},
};

/* "Open interest" of "open-interest". */
static void title_of(enum settings_part part, char out[PANEL_VALUE_BYTES]) {
    (void)str_copy(out, PANEL_VALUE_BYTES, settings_part_key(part)); /* keys are short */
    for (size_t i = 0; i < ARRAY_COUNT(titles); i++) {
        if (titles[i].part == part) {
            (void)str_copy(out, PANEL_VALUE_BYTES, titles[i].title);
        }
    }
    out[0] = (char)toupper((unsigned char)out[0]);
    for (char *at = out; *at != '\0'; at++) {
        *at = *at == '-' ? ' ' : *at;
    }
}

void section_layers(struct panels *panels, struct widget_context *ui) {
    const struct panel_model *model = ui->model;
    (void)panels;
    for (size_t g = 0; g < ARRAY_COUNT(group_order); g++) {
        widget_caption(ui, group_titles[group_order[g]]);
        for (int part = 0; part < SETTINGS_PART_COUNT; part++) {
            if (groups[part] != group_order[g]) {
                continue;
            }
            char title[PANEL_VALUE_BYTES];
            enum action action = (enum action)(ACTION_PART_FIRST + part);
            title_of((enum settings_part)part, title);
            bool on = settings_shows(&model->settings, (enum settings_part)part);
            if (widget_switch(ui, settings_part_key((enum settings_part)part), title, on,
                              section_key(model, action))) {
                action_queue_add_action(ui->queue, action);
            }
        }
        gui_gap(ui->gui, 4 * ui->s);
    }
}
