/* app/desk_properties.h - everything that can be asked about a running program, by name: every
 * option (those that may change while it runs can be set), and what it shows and how it does.
 *
 * Thread: main.  The control socket asks; values are JSON.  What is not known yet is null. */
#pragma once

#include "app/desk.h"
#include "json/writer.h"

/* Write the value of a property into out, with this key, as pane (desk_pane) sees it. False: error
 * says that there is no such property, with the nearest name there is, or no such pane. */
bool desk_property_get(struct desk *desk, const char *name, int pane, struct writer *out,
                       const char *key, char error[OPTION_ERROR_BYTES]);
/* Set an option by its text. False: error says why, and nothing is changed. */
bool desk_property_set(struct desk *desk, const char *name, int pane, const char *value,
                       char error[OPTION_ERROR_BYTES]);
/* Elements {"name","kind","unit","live","help"} of every property. */
void desk_property_list(struct writer *out);
