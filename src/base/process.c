#include "base/process.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

int64_t process_resident_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long long total = 0;
    long long resident = 0;
    if (file == NULL) {
        return 0;
    }
    bool read = fscanf(file, "%lld %lld", &total, &resident) == 2;
    fclose(file);
    return read ? (int64_t)resident * sysconf(_SC_PAGESIZE) : 0;
}

struct process_heap process_read_heap(void) {
#ifdef __GLIBC__
    struct mallinfo2 info = mallinfo2(); /* of all arenas; hblkhd: blocks with pages of their own */
    return (struct process_heap){.used_bytes = (int64_t)(info.uordblks + info.hblkhd),
                                 .free_bytes = (int64_t)info.fordblks};
#else
    return (struct process_heap){0};
#endif
}

void process_keep_heap_whole(void) {
#ifdef __GLIBC__
    /* Either one given is no longer adapted; refused only if out of range, which they are not. */
    (void)mallopt(M_MMAP_THRESHOLD, PROCESS_LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, PROCESS_LARGE_BYTES);
#endif
}
