/* archive/event_csv.h - the same events as event JSON lines, as CSV: one set of columns, a header
 * that names them and their units.
 *
 *   type            trade liquidation book ticker kline instrument gap
 *   venue symbol ts_ms
 *   end             true on the last row of a message; an order book has a row a level, an
 *                   instrument one for each of its tiers, all else has one
 *   action side position price_kind price qty usd contracts id update_id
 *   complete history simulated
 *   mark index last funding_rate funding_interval_h next_funding_ms oi oi_usd
 *   interval_s open high low close volume taker_buy_volume closed
 *   contract base tick lot multiplier tier_cap tier_mmr tier_leverage
 *   stream from_ms to_ms reason
 *
 * They mean what the members of a line mean (archive/event_lines.h); a cell without text is absent.
 * In the header a name may have its unit behind it: "price (quote)". Columns come in any order, and
 * those that are not known are passed over; type, venue, symbol and ts_ms are needed. Without a
 * column `end` each row is a message. A cell with a comma, a quote, a backslash or a control
 * character stands in quotes, with a quote doubled and the others as in JSON (\\, \u000a), so that
 * a row is one line.
 *
 * Thread: any, one context one thread.  Limits: EVENT_MESSAGE_SLOTS_MAX slots a message,
 * EVENT_CSV_COLUMNS_MAX columns. */
#pragma once

#include "archive/event_lines.h"

enum { EVENT_CSV_COLUMNS_MAX = 64 };

struct event_csv;

struct event_csv *event_csv_create(struct instrument_table *instruments); /* NULL: out of memory */
void event_csv_destroy(struct event_csv *csv);                            /* NULL accepted */

/* Whether a file's first line is a header, of this kind or of another table's, rather than a line
 * of JSON. */
bool event_csv_is_header(const char *line, size_t len);
/* Read it. STATUS_MALFORMED: a column missing, twice, or too many; event_csv_why says which. */
enum status event_csv_read_header(struct event_csv *csv, const char *line, size_t len);

/* One row (without its line end); out is the same until a message is whole. What
 * event_lines_parse says, and STATUS_OK with *count 0: the message goes on in the next row. A row
 * that is refused costs its message: what follows of it is passed over (STATUS_OK, *count 0). */
enum status event_csv_parse(struct event_csv *csv, const char *line, size_t len, struct event *out,
                            size_t slots_max, size_t *count);
const char *event_csv_why(const struct event_csv *csv); /* of the newest that was not OK */
bool event_csv_is_open(const struct event_csv *csv);    /* a message has begun and not ended */

/* Append the header; a message (BEGIN to END) as its rows. False: out of memory, or a kind that has
 * no row; text is then as before. */
bool event_csv_format_header(struct event_text *text);
bool event_csv_format(const struct instrument_table *instruments, const struct event *slots,
                      size_t count, struct event_text *text);
