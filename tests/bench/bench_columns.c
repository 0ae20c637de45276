/* Event slots packed and unpacked on one core: slots a second and bytes a slot, of each file named
 * (event JSON lines; the recorded days of ../shared/data/events). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/columns.h"
#include "archive/reader.h"
#include "base/clock.h"
#include "support/bench_machine.h"

enum { ROUNDS = 5, SLOTS_FIRST = 1 << 20 };

struct slots {
    struct event *slots; /* owned */
    size_t count, size;
};

static bool read_file(const char *path, struct instrument_table *instruments, struct slots *all) {
    char reason[READER_REASON_BYTES];
    struct event_source source;
    struct reader *reader = NULL;
    size_t count = 0;
    if (reader_open(path, instruments, &source, &reader, reason) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", reason);
        return false;
    }
    for (;;) {
        if (all->size - all->count < EVENT_MESSAGE_SLOTS_MAX) {
            all->size = all->size == 0 ? SLOTS_FIRST : 2 * all->size;
            all->slots = realloc(all->slots, all->size * sizeof *all->slots);
            if (all->slots == NULL) {
                abort();
            }
        }
        if (source.ops->read(source.self, all->slots + all->count, EVENT_MESSAGE_SLOTS_MAX,
                             &count) != STATUS_OK) {
            break;
        }
        all->count += count;
    }
    event_source_destroy(&source);
    return all->count > 0;
}

/* The end of the last whole message before at. */
static size_t end_of_run(const struct slots *all, size_t begin) {
    size_t end = begin + COLUMNS_SLOTS_MAX;
    if (end >= all->count) {
        return all->count;
    }
    while (end > begin && (all->slots[end - 1].flags & EVENT_FLAG_END) == 0) {
        end--;
    }
    return end;
}

static void measure(const char *path, struct instrument_table *instruments) {
    struct slots all = {0};
    struct columns *columns = columns_create();
    int64_t pack_ns = INT64_MAX, unpack_ns = INT64_MAX, bytes = 0;
    if (columns == NULL || !read_file(path, instruments, &all)) {
        columns_destroy(columns);
        return;
    }
    for (int round = 0; round < ROUNDS; round++) {
        int64_t packing_ns = 0, unpacking_ns = 0;
        bytes = 0;
        for (size_t begin = 0; begin < all.count;) {
            const size_t end = end_of_run(&all, begin);
            const struct event *got = NULL;
            struct span packed;
            size_t count = 0;
            const int64_t t0 = clock_mono_ns();
            if (!columns_pack(columns, all.slots + begin, end - begin, &packed)) {
                abort();
            }
            const int64_t t1 = clock_mono_ns();
            if (columns_unpack(columns, packed.bytes, packed.len, &got, &count) != STATUS_OK) {
                abort();
            }
            unpacking_ns += clock_mono_ns() - t1;
            packing_ns += t1 - t0;
            bytes += (int64_t)packed.len;
            begin = end;
        }
        pack_ns = packing_ns < pack_ns ? packing_ns : pack_ns;
        unpack_ns = unpacking_ns < unpack_ns ? unpacking_ns : unpack_ns;
    }
    const double count = (double)all.count;
    printf("%9zu slots  %6.2f M/s packed  %6.2f M/s unpacked  %5.2f bytes a slot  %s\n", all.count,
           count * 1e3 / (double)pack_ns, count * 1e3 / (double)unpack_ns, (double)bytes / count,
           path);
    columns_destroy(columns);
    free(all.slots);
}

int main(int argc, char **argv) {
    struct instrument_table *instruments = instrument_table_create();
    bench_machine_print(stdout);
    if (argc < 2 || instruments == NULL) {
        (void)fprintf(stderr, "usage: bench_columns FILE…\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        measure(argv[i], instruments);
    }
    instrument_table_destroy(instruments);
    return 0;
}
