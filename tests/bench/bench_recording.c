/* Recordings, of each file of events named: slots a second written and read on one core, bytes a
 * slot of the finished file, and what recording costs beside a feed of so many events a second
 * (default 20,000), in per cent of a core: CPU time of the process with the recorder, its tee
 * and the head that the tee keeps, less that of the same feed without them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/recorder_head.h"
#include "archive/reader.h"
#include "archive/recorder.h"
#include "archive/recording_reader.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "support/bench_machine.h"

enum { SLOTS_FIRST = 1 << 20, READ_SLOTS = 2 * EVENT_MESSAGE_SLOTS_MAX, ROUNDS = 3 };
#define PACE_NS INT64_C(1000000) /* what is due is pushed so often */

struct slots {
    struct event *slots; /* owned */
    size_t count, size;
};

static int64_t cpu_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void must(bool good, const char *what) {
    if (!good) {
        (void)fprintf(stderr, "bench_recording: %s\n", what);
        exit(1);
    }
}

static void read_file(const char *path, struct instrument_table *instruments, struct slots *all) {
    char reason[READER_REASON_BYTES];
    struct event_source source;
    struct reader *reader = NULL;
    size_t count = 0;
    must(reader_open(path, instruments, &source, &reader, reason) == STATUS_OK, path);
    for (;;) {
        if (all->size - all->count < EVENT_MESSAGE_SLOTS_MAX) {
            all->size = all->size == 0 ? SLOTS_FIRST : 2 * all->size;
            all->slots = realloc(all->slots, all->size * sizeof *all->slots);
            must(all->slots != NULL, "out of memory");
        }
        if (source.ops->read(source.self, all->slots + all->count, EVENT_MESSAGE_SLOTS_MAX,
                             &count) != STATUS_OK) {
            break;
        }
        all->count += count;
    }
    event_source_destroy(&source);
    must(all->count > 0, "no events in it");
}

static void measure_write(const struct slots *all, const struct instrument_table *instruments,
                          const char *path, double *million, double *bytes) {
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    const struct recording_writer_desc desc = {.path = path, .instruments = instruments};
    struct stat info;
    *million = 0;
    for (int i = 0; i < ROUNDS; i++) {
        (void)unlink(path);
        const int64_t begin_ns = cpu_ns();
        struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
        must(writer != NULL && recording_writer_add(writer, all->slots, all->count) &&
                 recording_writer_close(writer, reason),
             reason);
        const double rate = (double)all->count * 1e3 / (double)(cpu_ns() - begin_ns);
        *million = rate > *million ? rate : *million;
    }
    must(stat(path, &info) == 0, path);
    *bytes = (double)info.st_size / (double)all->count;
}

static double measure_read(const char *path) {
    static struct event slots[READ_SLOTS];
    char reason[RECORDING_READER_REASON_BYTES];
    double best = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct instrument_table *instruments = instrument_table_create();
        struct event_source source;
        struct recording_reader *reader = NULL;
        size_t count = 0, total = 0;
        const int64_t begin_ns = cpu_ns();
        must(recording_reader_open(path, instruments, &source, &reader, reason) == STATUS_OK,
             reason);
        while (source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
            total += count;
        }
        const double rate = (double)total * 1e3 / (double)(cpu_ns() - begin_ns);
        best = rate > best ? rate : best;
        event_source_destroy(&source);
        instrument_table_destroy(instruments);
    }
    return best;
}

/* CPU time of pushing `rate` slots a second for so long, seconds a second. */
static double feed(const struct slots *all, const struct event_sink *sink, double rate,
                   double seconds) {
    const int64_t begin_ns = clock_mono_ns(), begin_cpu = cpu_ns();
    size_t at = 0;
    double pushed = 0;
    for (int64_t now_ns = begin_ns; (double)(now_ns - begin_ns) < seconds * 1e9;
         now_ns = clock_mono_ns()) {
        while (pushed < (double)(now_ns - begin_ns) * 1e-9 * rate) {
            const size_t len = event_message_slots(all->slots + at, all->count - at);
            (void)event_sink_push(sink, all->slots + at, len);
            pushed += (double)len;
            at = at + len == all->count ? 0 : at + len;
        }
        clock_sleep_until_ns(now_ns + PACE_NS);
    }
    return (double)(cpu_ns() - begin_cpu) / (double)(clock_mono_ns() - begin_ns);
}

static bool take_nothing(void *self, const struct event *slots, size_t count) {
    (void)self;
    (void)slots;
    (void)count;
    return true;
}

static double measure_cost(const struct slots *all, const struct instrument_table *instruments,
                           const char *path, double rate, double seconds) {
    char reason[RECORDER_REASON_BYTES];
    struct recorder *recorder = recorder_create(instruments, 1);
    const struct event_sink nobody = {.push = NULL};
    struct recorder_head head;
    struct recorder_head_state *market = recorder_head_create(&head);
    must(recorder != NULL && market != NULL, "out of memory");
    const struct event_sink tee = recorder_tee(recorder, 0, &nobody, &head);
    const struct event_sink alone = {.self = recorder, .push = take_nothing};
    const struct recorder_file file = {.path = path};
    (void)unlink(path);
    const double without = feed(all, &alone, rate, seconds);
    must(recorder_start(recorder, &file, reason) == STATUS_OK, reason);
    const double with = feed(all, &tee, rate, seconds);
    must(recorder_stop(recorder, reason), reason);
    must(recorder_get_stats(recorder).lost == 0, "the recorder was too slow");
    recorder_destroy(recorder);
    recorder_head_destroy(market);
    return 100 * (with - without);
}

int main(int argc, char **argv) {
    struct instrument_table *instruments = instrument_table_create();
    char path[64];
    double rate = 20000, seconds = 20;
    int first = 1;
    for (; first + 1 < argc && strncmp(argv[first], "--", 2) == 0; first += 2) {
        rate = strcmp(argv[first], "--rate") == 0 ? strtod(argv[first + 1], NULL) : rate;
        seconds = strcmp(argv[first], "--seconds") == 0 ? strtod(argv[first + 1], NULL) : seconds;
    }
    bench_machine_print(stdout);
    if (first >= argc || instruments == NULL) {
        (void)fprintf(stderr, "usage: bench_recording [--rate N] [--seconds X] FILE...\n");
        return 2;
    }
    (void)snprintf(path, sizeof path, "/tmp/bench_recording_%d.liq", (int)getpid());
    for (int i = first; i < argc; i++) {
        struct slots all = {0};
        double written = 0, bytes = 0;
        read_file(argv[i], instruments, &all);
        measure_write(&all, instruments, path, &written, &bytes);
        const double read = measure_read(path);
        const double cost = measure_cost(&all, instruments, path, rate, seconds);
        printf("%9zu slots  %5.2f M/s written  %5.2f M/s read  %5.2f bytes a slot  "
               "%.2f %% of a core at %.0f/s  %s\n",
               all.count, written, read, bytes, cost, rate, argv[i]);
        (void)unlink(path);
        free(all.slots);
    }
    instrument_table_destroy(instruments);
    return 0;
}
