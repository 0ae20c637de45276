/* liqscope import FILE… -o RECORDING and export FILE… [-o FILE]: event JSON lines or CSV into a
 * recording, and back.
 *
 * Several files are merged by event time. Lines that are no events are counted, told and left out,
 * as everywhere; both ways nothing else is lost (tests/replay/test_recorded.c). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/file_source.h"
#include "app/line_output.h"
#include "archive/event_csv.h"
#include "archive/event_lines.h"
#include "archive/line_writer.h"
#include "archive/recording_writer.h"

enum { READ_SLOTS = 2 * EVENT_MESSAGE_SLOTS_MAX, WRITE_BYTES = 64 * 1024 };

/* Both ways: what is read, and how much. */
struct transfer {
    const char *command;
    struct instrument_table *instruments; /* owned */
    struct event_source source;           /* owned */
    struct file_source *files;            /* borrowed */
    struct event *slots;                  /* owned, READ_SLOTS */
    int64_t slot_count;
    bool trouble; /* something could not be read */
};

/* What is written must not be read at once: it would never end, or be gone before it is read. */
static bool is_same_file(const char *path, const char *other) {
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

static int open_transfer(struct transfer *transfer, const struct app_options *options,
                         const char *command) {
    struct source_list list;
    char reason[SOURCE_REASON_BYTES];
    transfer->command = command;
    for (int i = 0; i < options->arg_count; i++) {
        const enum exit_status status = source_resolve(options->args[i], &list.specs[i], reason);
        if (status != EXIT_STATUS_DONE || list.specs[i].kind != SOURCE_FILE) {
            return app_fail(status != EXIT_STATUS_DONE ? status : EXIT_STATUS_USAGE, command,
                            status != EXIT_STATUS_DONE ? "%s" : "%s: expected a file",
                            status != EXIT_STATUS_DONE ? reason : options->args[i]);
        }
        if (is_same_file(options->args[i], option_text(&options->table, OPT_output))) {
            return app_fail(EXIT_STATUS_USAGE, command, "%s: expected another file for -o",
                            options->args[i]);
        }
    }
    list.count = options->arg_count;
    transfer->instruments = instrument_table_create();
    transfer->slots = malloc(READ_SLOTS * sizeof *transfer->slots);
    if (transfer->instruments == NULL || transfer->slots == NULL) {
        return app_fail(EXIT_STATUS_FAILED, command, "out of memory");
    }
    if (!file_source_open(&list, transfer->instruments, &transfer->source, &transfer->files,
                          reason)) {
        return app_fail(EXIT_STATUS_FAILED, command, "%s", reason);
    }
    return EXIT_STATUS_DONE;
}

/* The next slots; 0: the end. What is wrong with a file is told when it has been read. */
static size_t read_transfer(struct transfer *transfer) {
    size_t count = 0;
    const char *why = NULL;
    if (transfer->source.ops->read(transfer->source.self, transfer->slots, READ_SLOTS, &count) !=
        STATUS_OK) {
        count = 0;
    }
    while ((why = file_source_take_trouble(transfer->files)) != NULL) {
        transfer->trouble = true;
        fprintf(stderr, "liqscope %s: %s\n", transfer->command, why);
    }
    transfer->slot_count += (int64_t)count;
    return count;
}

static void close_transfer(struct transfer *transfer) {
    event_source_destroy(&transfer->source);
    instrument_table_destroy(transfer->instruments);
    free(transfer->slots);
}

/* -- import -- */

/* One that could not be begun. */
static void remove_empty(const char *path, bool made) {
    struct stat info;
    if (made && stat(path, &info) == 0 && info.st_size == 0) {
        (void)unlink(path);
    }
}

/* A recording that was made and got nothing is none. */
static int import_nothing(const struct transfer *transfer, const char *path, bool made) {
    if (made) {
        (void)unlink(path);
    }
    if (transfer->trouble) {
        return EXIT_STATUS_FAILED; /* why was told */
    }
    return app_fail(EXIT_STATUS_FAILED, "import", "%s: %s: there are no events to add", path,
                    made ? "not made" : "as it was");
}

static int import_into(struct transfer *transfer, const char *path) {
    const bool made = access(path, F_OK) != 0;
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    const struct recording_writer_desc desc = {.path = path, .instruments = transfer->instruments};
    struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
    size_t count = 0;
    if (writer == NULL) {
        remove_empty(path, made);
        return app_fail(EXIT_STATUS_FAILED, "import", "%s", reason);
    }
    while ((count = read_transfer(transfer)) > 0 &&
           recording_writer_add(writer, transfer->slots, count)) {
    }
    const struct recording_writer_stats stats = recording_writer_get_stats(writer);
    if (!recording_writer_close(writer, reason)) {
        if (made && stats.slots == 0) {
            (void)unlink(path);
        }
        return app_fail(EXIT_STATUS_FAILED, "import", "%s", reason);
    }
    if (stats.slots == 0) {
        return import_nothing(transfer, path, made);
    }
    fprintf(stderr, "%s: %" PRId64 " event slots added", path, stats.slots);
    if (stats.refused > 0) {
        fprintf(stderr, ", %" PRId64 " refused: no price, size or side that can be", stats.refused);
    }
    fprintf(stderr, "\n");
    return transfer->trouble ? EXIT_STATUS_FAILED : EXIT_STATUS_DONE;
}

int run_import(const struct app_options *options) {
    const char *path = option_text(&options->table, OPT_output);
    struct transfer transfer = {.command = "import"};
    if (!str_ends_with(path, ".liq")) {
        return app_fail(EXIT_STATUS_USAGE, "import",
                        path[0] != '\0' ? "-o %s: expected the name of a recording (.liq)"
                                        : "%sexpected -o RECORDING.liq: what it is to be put into",
                        path);
    }
    int status = open_transfer(&transfer, options, "import");
    if (status == EXIT_STATUS_DONE) {
        status = import_into(&transfer, path);
    }
    close_transfer(&transfer);
    return status;
}

/* -- export -- */

static int export_into(struct transfer *transfer, const struct app_options *options) {
    char reason[LINE_WRITER_REASON_BYTES];
    struct event_text text = {.bytes = NULL};
    struct line_writer *writer = NULL;
    size_t count = 0;
    const bool csv = line_output_is_csv(option_text(&options->table, OPT_output));
    const int opened = line_output_open(options, "export", true, &writer);
    if (opened != EXIT_STATUS_DONE) {
        return opened;
    }
    bool good = !csv || event_csv_format_header(&text);
    while (good && (count = read_transfer(transfer)) > 0) {
        for (size_t at = 0; at < count && good;) {
            const size_t len = event_message_slots(transfer->slots + at, count - at);
            const struct event *slots = transfer->slots + at;
            good = csv ? event_csv_format(transfer->instruments, slots, len, &text)
                       : event_lines_format(transfer->instruments, slots, len, NULL, &text);
            at += len;
            if (good && (text.len >= WRITE_BYTES || at == count)) {
                good = line_writer_put(writer, text.bytes, text.len);
                text.len = 0;
            }
        }
    }
    good = good && (text.len == 0 || line_writer_put(writer, text.bytes, text.len));
    event_text_finish(&text);
    if (!line_writer_close(writer, reason)) {
        return app_fail(EXIT_STATUS_FAILED, "export", "%s", reason);
    }
    if (!good) {
        return app_fail(EXIT_STATUS_FAILED, "export", "out of memory");
    }
    return transfer->trouble ? EXIT_STATUS_FAILED : EXIT_STATUS_DONE;
}

int run_export(const struct app_options *options) {
    struct transfer transfer = {.command = "export"};
    int status = open_transfer(&transfer, options, "export");
    if (status == EXIT_STATUS_DONE) {
        status = export_into(&transfer, options);
    }
    close_transfer(&transfer);
    return status;
}
