/* record/film_writer.h - a film written on a thread of its own: whoever draws waits for nobody, or,
 * where every frame counts, for a free frame.
 *
 * Thread: main owns it and adds; the rest happens on its thread (THREAD_ENCODER).
 * Limit: FILM_WRITER_FRAME_COUNT frames of memory, 4 bytes a pixel each.
 *
 * A film's frames are numbered from 0, one each 1/fps of a second. A picture that is added is told
 * its number; numbers that nobody had a picture for show the one before once more, so that the film
 * keeps its rate whatever the pace of the pictures is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "record/frame_recorder.h"

enum { FILM_WRITER_FRAME_COUNT = 3 };

struct film_writer;

struct film_writer_desc {
    struct frame_recorder_desc recorder; /* .path is borrowed until film_writer_open returns */
    /* It is watched while it is made: a frame whose time has come without a picture shows the one
     * before, at once. The first picture is in time. Else frames are written as pictures come. */
    bool realtime;
};

struct film_writer_stats {
    int64_t written;  /* frames of the film */
    int64_t repeated; /* of them, the one before once more */
    int64_t skipped;  /* pictures for which no memory was free, or that came too late */
};

/* As frame_recorder_open. */
enum status film_writer_open(const struct film_writer_desc *desc, struct film_writer **out);
/* Memory for a picture (RGBA8, rows top down). wait: until there is some. NULL: there is none now
 * (counted as skipped), or the film has failed. */
uint8_t *film_writer_begin(struct film_writer *writer, bool wait);
/* What film_writer_begin gave is frame `number` of the film, above the one before. */
void film_writer_add(struct film_writer *writer, int64_t number);
/* Nothing more can be written (the log says why). */
bool film_writer_failed(const struct film_writer *writer);
struct film_writer_stats film_writer_get_stats(const struct film_writer *writer);

/* The film ends before frame `count` (0: behind the last picture); what was added is still written.
 * Nothing may be added from here on. */
void film_writer_end(struct film_writer *writer, int64_t count);
bool film_writer_is_done(const struct film_writer *writer); /* it would not be waited for */
/* Waits until it is done. STATUS_IO: the film is not whole (the log says why). NULL: STATUS_OK. */
enum status film_writer_close(struct film_writer *writer);
