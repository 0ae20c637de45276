/* control/alert.h - which rules hold: a state machine a rule and instrument, over scenes and maps.
 *
 *     normal -> pending (it holds, `for` is not over) -> firing -> recovering -> normal
 *
 * and no data, where what the rule looks at is not known, stale or of an instrument whose map
 * nobody asked for; that never fires, and one that was firing is taken up again where it was. A
 * firing rule recovers when its value has left the threshold by a tenth of it, for
 * ALERT_RECOVER_MS. Touched and swept are moments: they hold for ALERT_MOMENT_MS, or as long as the
 * price stays inside.
 *
 * Thread: main.  Owner: app/desk_alerts.  Pure but for its memory: time is the events' own, given
 * in; the same scenes and maps give the same events. Allocates at creation alone. Limits:
 * ALERT_RULE_MAX rules, ALERT_EVENT_MAX events not yet taken, further ones are counted; the rest
 * below. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/alert_rule.h"
#include "scene/map.h"
#include "scene/scene.h"

enum {
    ALERT_EVENT_MAX = 64,
    ALERT_ID_BYTES = 17,
    ALERT_SENTENCE_BYTES = 256,
    ALERT_RECOVER_MS = 10000,
    ALERT_MOMENT_MS = 5000,
    ALERT_STALE_MS = 120000,    /* an instrument that told nothing for so long is not known */
    ALERT_MAP_STALE_MS = 30000, /* a map so much older than its instrument */
    ALERT_BACK_MS = 5000        /* time that goes back by more is another run: all begins anew */
};
#define ALERT_SILENCED_FOR_EVER INT64_MAX

enum alert_state {
    ALERT_NO_DATA,
    ALERT_NORMAL,
    ALERT_PENDING,
    ALERT_FIRING,
    ALERT_RECOVERING,
    ALERT_STATE_COUNT
};
const char *alert_state_name(enum alert_state state); /* "firing" */

struct alert_cluster {
    int side;                                           /* 0 long, 1 short */
    double price, price_low, price_high, usd, distance; /* distance: price / mark - 1 */
};

/* What is told: a rule began to fire, or is tried. */
struct alert_event {
    char id[ALERT_ID_BYTES]; /* of rule, market and time: the same for every delivery of it */
    char name[ALERT_NAME_BYTES], rule[ALERT_TEXT_BYTES];
    enum alert_kind kind;
    enum alert_state state; /* ALERT_FIRING */
    bool test;              /* asked for by alert-test: nothing happened */
    bool demo;              /* of a simulated market */
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES]; /* "": of a feed */
    int price_decimals;
    int64_t ts_ms;           /* event time */
    double price;            /* mark; 0: none */
    double value, threshold; /* in alert_kind_unit; value NaN: not known (a test) */
    bool has_cluster;
    struct alert_cluster cluster;
    double expected_usd, seen_usd; /* of SWEPT: by its receipts, NaN: there are none */
    unsigned by;                   /* ALERT_BY_... */
    enum chime chime;
    char text[ALERT_SENTENCE_BYTES]; /* a line for people */
};

/* A rule as lists show it: its most urgent instrument. */
struct alert_status {
    enum alert_state state;
    double value;               /* NaN: not known */
    int64_t since_ms, fired_ms; /* event time; since_ms: in this state, fired_ms 0: never */
    int64_t silenced_until_ms;  /* 0: not silenced; ALERT_SILENCED_FOR_EVER */
    int64_t fired_count;
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    char text[ALERT_SENTENCE_BYTES]; /* of what fires; "" else */
};

struct alert_watch;
struct alert_watch *alert_watch_create(void); /* NULL: out of memory */
void alert_watch_destroy(struct alert_watch *watch);

/* From now on these rules (copied). One that reads as before keeps its state and silence. */
void alert_watch_set_rules(struct alert_watch *watch, const struct alert_rules *rules);
/* Time went back, or leapt: everything is seen for the first time. Rules and silences stay. */
void alert_watch_restart(struct alert_watch *watch);
const struct alert_rules *alert_watch_rules(const struct alert_watch *watch);

/* A map that was made since the last call, of any instrument (what it says is copied). */
void alert_watch_take_map(struct alert_watch *watch, const struct scene_map *map);
/* Look at every rule; scene NULL: nothing is known. now_ms: event time, 0: not known yet. */
void alert_watch_advance(struct alert_watch *watch, const struct scene *scene, int64_t now_ms);

/* The oldest event that was not taken yet. False: none. */
bool alert_watch_take_event(struct alert_watch *watch, struct alert_event *out);
int64_t alert_watch_dropped(const struct alert_watch *watch); /* events beyond ALERT_EVENT_MAX */

void alert_watch_get_status(const struct alert_watch *watch, int rule, struct alert_status *out);
/* Not told, and not shown as firing, until then (event time); 0: told again. */
void alert_watch_silence(struct alert_watch *watch, int rule, int64_t until_ms);
/* Make an event of the rule as it is now, whatever its state: to try what it is told by. */
void alert_watch_test(struct alert_watch *watch, int rule);
