/* archive/line_stream.h - lines out of a file or standard input, plain, gzip or zstd (by its first
 * bytes).
 *
 * Decompression is streamed: memory is a few buffers and the longest line. Files made of several
 * compressed members one after the other are read whole.
 * Thread: one at a time.  Owner: whoever opened it.  Limit: LINE_BYTES_MAX; a longer line is passed
 * over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { LINE_BYTES_MAX = 16 * 1024 * 1024, LINE_REASON_BYTES = 256 };

struct line_stream;

/* path "-": standard input. NULL and *why (STATUS_NOT_FOUND, STATUS_IO, STATUS_MEMORY) with reason
 * as one line: "day.jsonl: No such file or directory". */
struct line_stream *line_stream_open(const char *path, enum status *why,
                                     char reason[LINE_REASON_BYTES]);
void line_stream_close(struct line_stream *stream); /* NULL accepted */

/* The next line without its line end (LF or CRLF); valid until the next call. STATUS_OK;
 * STATUS_END; STATUS_RANGE: a line too long, passed over (it counts in the line number);
 * STATUS_MALFORMED: the compressed data break off or are damaged; STATUS_IO. After anything but OK
 * and RANGE the same comes again. The last line needs no line end, but in a compressed file that
 * breaks off half a line is not given. */
enum status line_stream_next(struct line_stream *stream, const char **line, size_t *len);

int64_t line_stream_number(const struct line_stream *stream); /* of the newest line, from 1 */
/* What broke off, one line: "day.jsonl.gz: after line 12: expected the end of the gzip data, got
 * the end of the file". */
const char *line_stream_reason(const struct line_stream *stream);
