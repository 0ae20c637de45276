/* base/process.h - what the system says of this process.  Thread: any. */
#pragma once

#include <stdint.h>

int64_t process_resident_bytes(void); /* memory in RAM; 0 where the system does not say */

/* What was allocated and not freed, and what the allocator holds beside it: one that grows is a
 * leak or data that is kept, the other a heap in fragments. 0 where the C library does not say.
 * Takes the allocator's locks for some microseconds: not for every frame. */
struct process_heap {
    int64_t used_bytes, free_bytes;
};
struct process_heap process_read_heap(void);

/* Call once before there are threads, where the program runs for weeks: from now on large blocks
 * (PROCESS_LARGE_BYTES) have pages of their own, which go back to the system when they are freed.
 * glibc by itself takes ever larger ones from its heaps once it has seen them freed; rasters and a
 * software driver's textures of many sizes then left holes of 130 MiB after minutes. Costs some 1 %
 * of a frame in page faults. */
enum { PROCESS_LARGE_BYTES = 1 << 20 };
void process_keep_heap_whole(void);
