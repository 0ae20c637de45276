/* app/demo.h - the simulated market as its options ask for it, the same for every command.
 *
 * Thread: main.  Plain data. */
#pragma once

#include "config/option_table.h"
#include "sim/source.h"

/* Everything but instruments, symbol and truth; texts stay borrowed from table. */
struct source_sim_desc demo_desc(const struct option_table *table);

int64_t demo_end_ms(const struct source_sim_desc *desc); /* when its events end */
/* Give the demo an order book from from_ms on, for pictures that show span_ms: its changes come
 * about as often as such a picture has columns, and each minute at least. */
void demo_add_book(struct source_sim_desc *desc, int64_t from_ms, double span_ms);
