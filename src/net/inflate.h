/* net/inflate.h - compressed bodies and frames, never more than a cap of bytes out.
 *
 * Thread: the owner's.  Owner: whoever called inflate_create.  The output buffer grows to what was
 * needed and is used again; the steady state allocates nothing.  Limit: bytes_max; a bomb ends
 * there with STATUS_RANGE. */
#pragma once

#include <stddef.h>

#include "base/status.h"
#include "base/str.h"

enum inflate_kind {
    INFLATE_WHOLE,   /* each input is one whole gzip or zlib stream (HTTP bodies, HTX frames) */
    INFLATE_MESSAGE, /* permessage-deflate: raw, each input ends at a flush, its last four bytes
                        left out */
};

struct inflater;

/* NULL: out of memory. bytes_max > 0. */
struct inflater *inflate_create(enum inflate_kind kind, size_t bytes_max);
void inflate_destroy(struct inflater *inflater); /* NULL accepted */

/* Inflate len bytes; *out stays valid until the next call and is followed by a NUL.
 * STATUS_MALFORMED: corrupt or cut off; STATUS_RANGE: more than bytes_max; STATUS_MEMORY. After a
 * failure an INFLATE_MESSAGE is of no further use. */
enum status inflate_run(struct inflater *inflater, const void *bytes, size_t len, struct span *out);
/* Forget the window (permessage-deflate with server_no_context_takeover). */
void inflate_reset(struct inflater *inflater);
