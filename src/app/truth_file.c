#include "app/truth_file.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "market/event.h"

enum { ROW_BYTES = 256 };

static void write_out(struct truth_file *file) {
    file->failed = !line_writer_put(file->writer, file->text, file->len) || file->failed;
    file->len = 0;
}

static void add_span(void *user, const struct market_truth_span *span) {
    struct truth_file *file = user;
    if (file->len + ROW_BYTES > TRUTH_FILE_TEXT_BYTES) {
        write_out(file);
    }
    char *row = &file->text[file->len];
    str_format(row, ROW_BYTES, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%g,%d,%d,%.3f,%.1f,%.2f\n",
               span->id, span->from_ms, span->to_ms, span->position == POS_LONG ? "long" : "short",
               span->leverage, span->cross, span->stop_first, (double)span->qty_lots * MARKET_LOT,
               span->entry, span->liquidation_price);
    file->len += strlen(row);
}

bool truth_file_open(struct truth_file *file, const char *path,
                     char reason[LINE_WRITER_REASON_BYTES]) {
    enum status why = STATUS_OK;
    file->failed = false;
    file->writer = line_writer_open(path, &why, reason);
    str_copy(file->text, sizeof file->text,
             "id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price\n");
    file->len = strlen(file->text);
    return file->writer != NULL;
}

struct market_truth_sink truth_file_sink(struct truth_file *file) {
    return (struct market_truth_sink){
        .span = file->writer != NULL ? add_span : NULL,
        .user = file,
    };
}

bool truth_file_close(struct truth_file *file, char reason[LINE_WRITER_REASON_BYTES]) {
    if (file->writer == NULL) {
        return true;
    }
    write_out(file);
    bool closed = line_writer_close(file->writer, reason);
    file->writer = NULL;
    return closed && !file->failed;
}
