/* app/file_source.h - several files, recordings (.liq) or event JSON lines, as one source, merged
 * by event time.
 *
 * A file's own order is kept; between files the message with the oldest time comes first, of equal
 * ones that of the file named first. So days may be named in any order, and venues recorded side by
 * side stay in step. After the end, reading on gives what recordings have got since.
 * Thread: open and destroy on the owner's; read on one thread; trouble on any after the end was
 * read. Owner: whoever opened it, through event_source_destroy.  Limit: SOURCE_COUNT_MAX files. */
#pragma once

#include "app/source.h"
#include "archive/recording_reader.h"
#include "market/event_source.h"

struct file_source;

/* Open every file of the list (all of kind SOURCE_FILE), so that one that cannot be read is told at
 * once. False: reason is one line for people. *files is borrowed and lives as long as source. */
bool file_source_open(const struct source_list *list, struct instrument_table *instruments,
                      struct event_source *source, struct file_source **files,
                      char reason[SOURCE_REASON_BYTES]);

/* A place between two messages of a source of the same files. */
struct file_source_place {
    struct recording_place files[SOURCE_COUNT_MAX];
};
/* Where the next message is read from. False: not all of them are recordings. */
bool file_source_tell(const struct file_source *files, struct file_source_place *out);
/* Go on from a place that was told. The reading thread. */
void file_source_restore(struct file_source *files, const struct file_source_place *place);
/* The least and the greatest event time that recordings hold, by their own tables. False: not all
 * are recordings, or there is nothing in them. */
bool file_source_times(const struct file_source *files, int64_t *first_ms, int64_t *last_ms);

/* Trouble of the files that have been read to their end (broken off, lines that are no events): one
 * line for people a call, in order; NULL: nothing new.  Any one thread. */
const char *file_source_take_trouble(struct file_source *files);
