/* app/pipeline_echo.h - what a live pipeline showed so many seconds ago, as a pipeline of its own.
 *
 * An engine of its own gets every message so much later than it came (app/recent.h): it cannot know
 * anything newer, so nothing that is drawn from it can.  The price is a second engine.
 *
 * Thread: main.  Owner: desk_clean. */
#pragma once

#include "app/pipeline.h"

/* of was started with .keep_s >= delay_s and outlives echo, which pipeline_stop ends. As
 * pipeline_start. */
enum exit_status pipeline_echo_start(struct pipeline *echo, struct pipeline *of, double delay_s,
                                     const struct margin_set *margins,
                                     char reason[SOURCE_REASON_BYTES]);
