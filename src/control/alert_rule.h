/* control/alert_rule.h - one rule of the configuration's [alerts] section: a readable line.
 *
 *     name = CONDITION [on VENUE:SYMBOL] [for SPAN] [every SPAN] [sound NAME] [notify] [webhook]
 *            [command] [quiet]
 *
 *     price within 0.5 % of [long|short] cluster above 10M USD
 *     price above|below 70000
 *     [long|short] cluster above 50M USD [within 5 %]
 *     [long|short] cluster above 20M USD touched|swept
 *     [long|short] liquidations above 5M USD in 60 s
 *     open interest change|rise|fall above 5 % in 1 h
 *     funding above|below 0.05 %
 *     feed silent for 30 s
 *
 * The words behind the condition come in any order, each once. `for`: how long the condition has to
 * hold; `every`: told at most once in so long (ALERT_EVERY_MS where it is not said). Without sound,
 * notify, webhook, command or quiet a rule is told by all that are set up; with some of them, by
 * those; quiet: in the picture alone.
 *
 * Thread: any; pure.  Hostile bytes are safe.  Limits: ALERT_RULE_MAX rules, ALERT_NAME_BYTES - 1
 * and ALERT_TEXT_BYTES - 1 bytes of name and text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/instrument.h"
#include "view/chime.h"

enum {
    ALERT_RULE_MAX = 32,
    ALERT_NAME_BYTES = 32,
    ALERT_TEXT_BYTES = 192,
    ALERT_ERROR_BYTES = 512,
    ALERT_EVERY_MS = 60000
};

#define ALERT_KIND_LIST(X)                                                                         \
    X(NEAR, "near", "share")                                                                       \
    X(PRICE, "price", "price")                                                                     \
    X(CLUSTER, "cluster", "usd")                                                                   \
    X(TOUCHED, "touched", "usd")                                                                   \
    X(SWEPT, "swept", "usd")                                                                       \
    X(LIQUIDATIONS, "liquidations", "usd")                                                         \
    X(OPEN_INTEREST, "open_interest", "share")                                                     \
    X(FUNDING, "funding", "share")                                                                 \
    X(SILENT, "silent", "ms")

enum alert_kind {
#define ALERT_ENUM(id, name, unit) ALERT_##id,
    ALERT_KIND_LIST(ALERT_ENUM)
#undef ALERT_ENUM
        ALERT_KIND_COUNT
};
const char *alert_kind_name(enum alert_kind kind);
const char *alert_kind_unit(enum alert_kind kind); /* of value and threshold */

enum alert_side { ALERT_LONG, ALERT_SHORT, ALERT_ANY_SIDE };
/* CHANGE: either way. Of open interest, ABOVE is a rise and BELOW a fall. */
enum alert_relation { ALERT_ABOVE, ALERT_BELOW, ALERT_CHANGE };

enum { ALERT_BY_SOUND = 1, ALERT_BY_NOTIFY = 2, ALERT_BY_WEBHOOK = 4, ALERT_BY_COMMAND = 8 };
#define ALERT_BY_ALL 15U

struct alert_rule {
    char name[ALERT_NAME_BYTES]; /* letters, digits, '-' and '_' */
    char text[ALERT_TEXT_BYTES]; /* as it was written, printable */
    enum alert_kind kind;
    enum alert_side side;
    enum alert_relation relation;
    /* NEAR: share of the price; PRICE: a price; CLUSTER, TOUCHED, SWEPT, LIQUIDATIONS: USD;
     * OPEN_INTEREST, FUNDING: share; SILENT: milliseconds. */
    double threshold;
    double least_usd; /* of NEAR's cluster */
    double within;    /* of CLUSTER, share of the price; 0: anywhere */
    int64_t span_ms;  /* of LIQUIDATIONS and OPEN_INTEREST */
    int64_t for_ms, every_ms;
    unsigned by;    /* ALERT_BY_... that may tell it */
    unsigned named; /* those of them that the line itself names */
    enum chime chime;
    enum venue_id venue;                  /* VENUE_NONE: every instrument */
    char symbol[INSTRUMENT_SYMBOL_BYTES]; /* "": every one of the venue (of a feed's rule) */
};

/* Read `name = text` into *out. False: error says what was expected, what was found, and where:
 * `expected "of" after "price within 0.5 %", got "off" (column 20)`; *out is then untouched. */
bool alert_rule_parse(const char *name, size_t name_len, const char *text, size_t text_len,
                      struct alert_rule *out, char error[ALERT_ERROR_BYTES]);

struct alert_rules {
    int count;
    struct alert_rule items[ALERT_RULE_MAX];
};
/* The same, added to the others; also false where the name is taken or ALERT_RULE_MAX is reached.
 */
bool alert_rules_add(struct alert_rules *rules, const char *name, size_t name_len, const char *text,
                     size_t text_len, char error[ALERT_ERROR_BYTES]);
/* Index of the rule of this name, -1: none. */
int alert_rules_find(const struct alert_rules *rules, const char *name, size_t name_len);
