/* app/demo.h - the simulated market as its options ask for it, the same for every command.
 *
 * Thread: main.  Plain data. */
#pragma once

#include "config/option_table.h"
#include "sim/source.h"

/* Everything but instruments, symbol and truth; texts stay borrowed from table. */
struct source_sim_desc demo_desc(const struct option_table *table);
