/* panel/sections.h - what each panel holds below its heading.  Thread: main, inside the bar's
 * window.  Each draws from the model and puts what the user does into the queue. */
#pragma once

#include "panel/panels.h"
#include "panel/widget.h"

/* Where they begin in the plot, pixels: what says that the market is simulated stays in sight. */
float section_top(const struct panel_model *model);
/* The first key of an action that takes nothing, for the hint beside a switch; "" where it has
 * none. */
const char *section_key(const struct panel_model *model, enum action action);
/* The colour that a side has in the field. */
struct gui_color section_side_color(const struct panel_model *model, int side);
void section_market(struct panels *panels, struct widget_context *ui);
void section_layers(struct panels *panels, struct widget_context *ui);
void section_filters(struct panels *panels, struct widget_context *ui);
void section_scale(struct panels *panels, struct widget_context *ui);
void section_clusters(struct panels *panels, struct widget_context *ui);
void section_tape(struct panels *panels, struct widget_context *ui);
void section_feeds(struct panels *panels, struct widget_context *ui);
void section_alerts(struct panels *panels, struct widget_context *ui);
void section_capture(struct panels *panels, struct widget_context *ui);

/* Over the picture. True: it wants to be closed. */
bool overlay_keys(struct panels *panels, struct widget_context *ui);
void overlay_statistics(struct widget_context *ui);
