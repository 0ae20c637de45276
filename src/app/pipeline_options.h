/* app/pipeline_options.h - what options say of the sources of a pipeline.
 *
 * Thread: main.  Texts are borrowed from the options. */
#pragma once

#include "app/app.h"
#include "app/pipeline.h"

/* Sources, the ways to live ones, margin tables; the rest is left at its default. */
struct pipeline_desc pipeline_options_desc(const struct app_options *options,
                                           const struct source_list *sources);
/* Whether an option names a server in the place of the venue's own: it may be a simulation. */
bool pipeline_options_own_url(const struct option_table *table);
