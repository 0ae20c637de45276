/* view/lines.h - what somebody drew into the picture of an instrument for himself: lines at a
 * price, stops, positions.
 *
 * Thread: any; plain data and pure functions.  Owner: app/desk_lines, which keeps them in a file.
 * Limits: LINES_MAX an instrument, LINES_SET_MAX instruments, LINES_LABEL_BYTES - 1 bytes of label;
 * what is beyond is refused and said. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum {
    LINES_MAX = 32,
    LINES_SET_MAX = 32,
    LINES_LABEL_BYTES = 48,
    LINES_KEY_BYTES = 48, /* "binance_usdm:BTCUSDT" */
    LINES_REASON_BYTES = 192,
    LINES_TEXT_BYTES = 128, /* one line as text */
    LINES_BOOK_BYTES_MAX = LINES_SET_MAX * (LINES_MAX * LINES_TEXT_BYTES + 64)
};

enum lines_kind { LINES_PLAIN, LINES_STOP, LINES_POSITION, LINES_KIND_COUNT };

struct lines_item {
    enum lines_kind kind;
    double price;                  /* of a position its entry; > 0 */
    char label[LINES_LABEL_BYTES]; /* of a plain one; "": none */
    bool is_short;                 /* of stop and position: whose */
    double qty_base;               /* of stop and position: coins, > 0 */
    double leverage;               /* of a position; 0: not told */
    double liquidation;            /* of a position: where its venue would close it; 0: not known */
};

struct lines {
    int count;
    struct lines_item items[LINES_MAX];
};

/* The words of one line, as commands and the file have them: kind LINES_PLAIN "PRICE [LABEL]",
 * LINES_STOP "PRICE long|short SIZE", LINES_POSITION "ENTRY long|short SIZE [LEVERAGE]"; SIZE is in
 * coins, or "$5000". False: reason says what is wrong ("\"shrot\": not a side; expected long or
 * short"). */
bool lines_item_parse(enum lines_kind kind, const char *text, struct lines_item *out,
                      char reason[LINES_REASON_BYTES]);
/* The same with its kind before it, "stop 61000 long 0.5". lines_item_parse reads what follows the
 * kind back exactly, but for liquidation, which is nobody's to keep. */
const char *lines_item_format(const struct lines_item *line, char out[LINES_TEXT_BYTES]);
const char *lines_kind_key(enum lines_kind kind); /* "line" "stop" "position" */

/* False: there are LINES_MAX already. */
bool lines_add(struct lines *lines, const struct lines_item *line);
void lines_remove(struct lines *lines, int index); /* in range */
/* The line nearest to ln price, no further than ln_reach; -1: none is. */
int lines_find(const struct lines *lines, double ln_price, double ln_reach);
/* USD that a stop or position makes (loses: negative) when price goes from its own to this one;
 * linear contracts. */
double lines_item_profit_usd(const struct lines_item *line, double price);

/* -- those of every instrument, and the file that they are kept in -- */

struct lines_book {
    int count;
    struct {
        char key[LINES_KEY_BYTES]; /* "venue:SYMBOL" */
        struct lines lines;
    } sets[LINES_SET_MAX];
};

/* Those of key; NULL: it has none, or, where wanted is set, there is no room for another one. */
struct lines *lines_book_get(struct lines_book *book, const char *key, bool wanted);

struct lines_report {
    /* One mistake, one line: `lines.conf:3: "shrot": not a side; expected long or short`. */
    void (*on_error)(void *user, const char *line);
    void *user;
};
/* The file: "[venue:SYMBOL]", below it its lines as lines_item_format writes them; '#' begins a
 * comment. Strangers' bytes are safe; what is wrong is told and left out. Returns the number of
 * mistakes. */
int lines_book_parse(const char *name, const char *bytes, size_t len, struct lines_book *out,
                     const struct lines_report *report);
/* The whole file, terminated. Its length; 0: out has no room for it (LINES_BOOK_BYTES_MAX has). */
size_t lines_book_format(const struct lines_book *book, char *out, size_t out_bytes);
