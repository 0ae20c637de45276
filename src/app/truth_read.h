/* app/truth_read.h - the truth that a score compares with, out of a file or of the demo itself.
 *
 * Thread: main. */
#pragma once

#include "app/app.h"
#include "score/truth.h"
#include "sim/market.h"

enum { TRUTH_READ_REASON_BYTES = 512 };

/* Read a file of `liqscope simulate --truth` (.gz and .zst, too). Else reason is one line with
 * file, line, what was expected and got. */
enum exit_status truth_read_file(struct truth *truth, const char *path,
                                 char reason[TRUTH_READ_REASON_BYTES]);
/* What the simulated market tells goes straight into truth. */
struct market_truth_sink truth_read_sink(struct truth *truth);
