/* density/lane.h - one input of a raster: its replay, its column that grows, its facts.
 *
 * Thread: the raster's.  Owner: raster.  Inside the room only.
 * A raster shows one instrument, or several of one coin added up: each is replayed in a lane of its
 * own, column by column in step.  Memory: some 20 MB. */
#pragma once

#include "density/column.h"
#include "density/facts.h"
#include "density/raster.h"

/* The estimator's state at the end of some history, to start the next job from. */
struct lane_checkpoint {
    struct estimator *estimator; /* owned */
    const struct entry_log *log; /* whose history; NULL: nothing kept */
    int64_t first_ms;            /* the log's first row then: a log is known by it, too */
    struct entry_cursor cursor;
};

struct lane {
    const struct raster_request *request; /* borrowed: the raster's */
    const struct lane *reference;         /* borrowed: the first lane; NULL: it is the first */
    const struct entry_log *log;
    const struct book_log *book; /* NULL: not wanted */
    struct estimator_desc model; /* that the estimators were made for */
    struct estimator *estimator; /* owned */
    struct lane_checkpoint history;
    struct column column;
    struct facts facts;
    struct entry_cursor cursor; /* of the replay */
    struct entry_cursor facts_cursor;
    struct entry_deposit joined[ENTRY_DEPOSIT_ROW_MAX]; /* scratch: entries laid down as one */

    bool empty; /* its log had nothing when the job was prepared */
    uint8_t pass;
    int join_bins;    /* entries less than so many bins apart are laid down as one */
    int64_t done_col; /* columns before it have all their rows */
    struct facts_carry carry;
    bool current;             /* the column's sums are the estimator's state as it is now */
    bool halved;              /* they are the read-out at the column's middle */
    double oi_dt, oi_dt_read; /* weight of the column so far, and at its last read-out */
    bool has_basis;
    double basis;      /* ln of its mark over the reference's; 0 for the first lane */
    double read_basis; /* of the last read-out */
    bool read_silent;  /* that was none: the lane was silent */
};

struct lane *lane_create(void);       /* NULL: out of memory */
void lane_destroy(struct lane *lane); /* NULL accepted */

/* Make it ready for a job: request and reference outlive it. STATUS_OK or STATUS_MEMORY. */
enum status lane_prepare(struct lane *lane, const struct raster_request *request,
                         const struct raster_input *input, const struct lane *reference);

/* Facts of the window from from_ms on, of rows up to until_ms, at a level's cadence; begin reads
 * what was traded earlier on the same UTC day, too. */
void lane_begin_facts(struct lane *lane, enum entry_level_id level, int64_t from_ms);
void lane_collect_facts(struct lane *lane, int64_t until_ms);

/* Bring the estimator to the window's left edge, the column that grows being its first one. */
void lane_begin_pass(struct lane *lane, enum entry_level_id level, uint8_t pass);
/* Whether rows of the past have come since the job was prepared, into columns before col. */
bool lane_missed_past(const struct lane *lane, int64_t col);
/* From now on the finest rows are wanted. */
void lane_begin_follow(struct lane *lane);

/* Apply rows up to until_ms until column col is complete (done_col > col), or its read-out at the
 * middle was taken (to_middle), or there are no more. Rows of later columns are left. */
void lane_advance(struct lane *lane, int64_t col, int64_t until_ms, bool to_middle);
/* Column col is complete: its last read-out. Then lane_next_column. */
void lane_read_column(struct lane *lane, int64_t col);
void lane_next_column(struct lane *lane);
/* Read column col out as it stands, without a trace in what it will be: begin, look, end. */
struct lane_open {
    double oi_dt_read;
};
struct lane_open lane_open_begin(struct lane *lane, int64_t col);
void lane_open_end(struct lane *lane, struct lane_open open);

/* It has told nothing for so long that its last map says nothing about column col; never the
 * reference. */
bool lane_silent(const struct lane *lane, int64_t col);
