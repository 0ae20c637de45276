/* app/paced_source.h - a recording pushed at a pace: its own event times, divided by speed.
 *
 * The pace may change at any moment: faster, slower, stopped, a step on, or as fast as it goes up
 * to a moment. Events only go forward. At the end it looks now and then whether there is more.
 * Thread: owner's; start makes one (THREAD_READER) that sleeps until a message is due and drops
 * nothing; paced_source_set is for one thread at a time. Owner: whoever opened it, through
 * event_source_destroy, which destroys the inner source, too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event_source.h"

struct paced_source;

/* inner must have read; it is taken over. speed: event seconds a second; 0: as fast as the sink
 * takes them. STATUS_MEMORY: inner stays the caller's. *paced is borrowed and lives as long as out.
 */
enum status paced_source_open(struct event_source inner, double speed, struct event_source *out,
                              struct paced_source **paced);

struct pace {
    double speed; /* as above */
    bool paused;
    int64_t skip_to_ms; /* events up to there come at once, whatever the pace; 0: none */
    int64_t until_ms;   /* the clock stops there, and nothing later comes; 0: at the end */
};
/* Before start: the clock stands at at_ms, up to where everything was told already. */
void paced_source_begin(struct paced_source *paced, const struct pace *pace, int64_t at_ms);
/* From now on. */
void paced_source_set(struct paced_source *paced, const struct pace *pace);
struct pace paced_source_get(struct paced_source *paced);
/* What event time it has come to, running on between events; 0: it has not begun. */
int64_t paced_source_now_ms(struct paced_source *paced);
/* All that there is was pushed; of a recording that is being written more may follow. */
bool paced_source_is_at_end(const struct paced_source *paced);
