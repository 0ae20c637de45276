/* archive/line_writer.h - text into a file or standard output, compressed as the file's name says:
 * .gz, .zst, else plain.
 *
 * Thread: one at a time.  Owner: whoever opened it.  Nothing is certain to be in the file before
 * line_writer_close. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { LINE_WRITER_REASON_BYTES = 256 };

struct line_writer;

/* path "-": standard output, plain. An existing file is replaced. NULL and *why (STATUS_IO,
 * STATUS_MEMORY) with reason as one line: "out/day.jsonl: No such file or directory". */
struct line_writer *line_writer_open(const char *path, enum status *why,
                                     char reason[LINE_WRITER_REASON_BYTES]);
/* False: the disk is full, the pipe is closed. Once false, always false. */
bool line_writer_put(struct line_writer *writer, const char *bytes, size_t len);
/* Write what is left and free. False: not everything is in the file, reason says why. NULL is
 * accepted (true). */
bool line_writer_close(struct line_writer *writer, char reason[LINE_WRITER_REASON_BYTES]);
