#include "app/desk_lines.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "market/instrument.h"

#define FILE_NAME "lines.conf"

static void tell(void *user, const char *line) {
    (void)user;
    LOG_WARN("%s", line);
}

static void read_file(struct desk_lines *lines) {
    const struct lines_report report = {.on_error = tell};
    ssize_t len = state_file_read(lines->path, lines->text, LINES_BOOK_BYTES_MAX);
    if (len < 0) {
        if (errno != ENOENT && errno != ENOTDIR) {
            LOG_WARN("%s: %s; no lines are shown", lines->path, strerror(errno));
            lines->keep_old = true;
        }
        return;
    }
    if (len == LINES_BOOK_BYTES_MAX) {
        LOG_WARN("%s: longer than %d bytes; what is beyond is left out", lines->path,
                 LINES_BOOK_BYTES_MAX);
        lines->keep_old = true;
    }
    int mistakes = lines_book_parse(lines->path, lines->text, (size_t)len, &lines->book, &report);
    lines->keep_old = lines->keep_old || mistakes > 0;
}

void desk_lines_open(struct desk_lines *lines, const struct margin_set *margins) {
    char folder[STATE_FILE_PATH_BYTES];
    lines->margins = margins;
    lines->text = malloc(LINES_BOOK_BYTES_MAX);
    bool good = lines->text != NULL && state_file_folder(folder) &&
                str_format(lines->path, sizeof lines->path, "%s/" FILE_NAME, folder);
    if (!good) {
        lines->path[0] = '\0';
        LOG_WARN("lines of your own are not kept: neither XDG_STATE_HOME nor HOME is set");
        return;
    }
    read_file(lines);
}

/* -- writing -- */

/* True: no writer runs (any more). *error: errno of what it wrote. */
static bool join_writer(struct desk_lines *lines, bool wait, int *error) {
    const bool ran = lines->writer.thread.started;
    const bool joined = state_writer_join(&lines->writer, wait, error);
    lines->keep_old = lines->keep_old && !(ran && joined && *error == 0);
    return joined;
}

static void start_writer(struct desk_lines *lines) {
    lines->text_len = lines_book_format(&lines->book, lines->text, LINES_BOOK_BYTES_MAX);
    assert(lines->text_len > 0); /* LINES_BOOK_BYTES_MAX has room for every book */
    const struct state_writer_desc desc = {.path = lines->path,
                                           .text = lines->text,
                                           .len = lines->text_len,
                                           .keep_old = lines->keep_old};
    if (state_writer_start(&lines->writer, &desc)) {
        lines->changed = false;
    }
}

bool desk_lines_hides(const struct desk_lines *lines, bool shot) {
    return lines->privacy == DESK_LINES_HIDE || (shot && lines->privacy == DESK_LINES_SCREEN);
}

void desk_lines_touch(struct desk_lines *lines) {
    lines->changed = lines->path[0] != '\0';
}

bool desk_lines_advance(struct desk_lines *lines, int *error) {
    *error = 0;
    if (join_writer(lines, false, error) && lines->changed) {
        start_writer(lines);
    }
    return *error == 0;
}

void desk_lines_close(struct desk_lines *lines) {
    int error = 0;
    (void)join_writer(lines, true, &error);
    if (lines->changed) {
        start_writer(lines);
        (void)join_writer(lines, true, &error);
    }
    if (error != 0) {
        LOG_ERROR("%s: %s; lines of your own are not kept", lines->path, strerror(error));
    }
    free(lines->text);
    lines->text = NULL;
}

/* -- facts -- */

const char *desk_lines_key(const struct scene *scene, int instrument, char out[LINES_KEY_BYTES]) {
    const struct scene_instrument *one = &scene->instruments[instrument];
    const char *venue = one->venue < VENUE_COUNT ? venue_key((enum venue_id)one->venue) : "";
    out[0] = '\0';
    if (scene->demo || venue[0] != '\0') {
        (void)str_format(out, LINES_KEY_BYTES, "%s:%s", scene->demo ? "demo" : venue, one->symbol);
    }
    return out;
}

double desk_lines_liquidation(const struct margin_set *margins, enum venue_id venue,
                              const char *symbol, const struct lines_item *item) {
    const struct margin_facts facts = margin_facts_of(margins, venue, symbol);
    if (item->kind != LINES_POSITION || !(item->leverage > 0)) {
        return 0;
    }
    if (facts.contract == CONTRACT_INVERSE) {
        return item->is_short
                   ? margin_price_inverse_short(item->price, item->leverage, facts.mmr, facts.fee)
                   : margin_price_inverse_long(item->price, item->leverage, facts.mmr, facts.fee);
    }
    double notional = item->price * item->qty_base;
    struct margin_position position = {.entry = item->price,
                                       .qty_base = item->qty_base,
                                       .margin_usd = notional / item->leverage,
                                       .mmr = facts.mmr,
                                       .fee = facts.fee};
    if (facts.table != NULL && !facts.table->in_base) {
        const struct margin_tier *tier = margin_table_tier(facts.table, notional);
        position.mmr = tier->mmr;
        position.amount_usd = tier->amount;
    }
    return item->is_short ? margin_price_linear_short(&position)
                          : margin_price_linear_long(&position);
}
