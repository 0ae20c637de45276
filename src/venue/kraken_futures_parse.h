/* venue/kraken_futures_parse.h - Kraken Futures: texts of its one socket (ws/v1) and REST answers
 * to rows.
 *
 *   PF_XBTUSD              linear, sizes in base coin
 *   PI_XBTUSD, FI_XBTUSD_… inverse, sizes in USD
 *
 * Others (FF_…) are what the list of instruments says. A trade's side is the taker; its type tells
 * what it was: a fill, or a liquidation, which is a trade and a liquidation at the price of the
 * fill (a sell closes a long). Assignments, terminations and blocks are agreed upon off the book,
 * without an aggressor: ignored. Another type drops the row. Funding is relative_funding_rate, of
 * one hour; funding_rate is absolute and not used.  Thread: the parser's. */
#pragma once

#include "venue/dialect.h"

/* Contract and unit, as far as the symbol's text is certain. */
void kraken_futures_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

enum status kraken_futures_parse(struct venue_parser *parser, int socket, const char *bytes,
                                 size_t len, int64_t recv_ns, struct venue_message *message);
enum status kraken_futures_rest_parse(struct venue_parser *parser,
                                      const struct venue_rest_about *about, const char *bytes,
                                      size_t len, int64_t recv_ns, struct venue_message *message);

/* -- what stream and REST share -- */

/* One trade by its type: a slot or two are added, or it is counted. trade: all but kind and side.
 */
enum status kraken_futures_add_trade(struct venue_parser *parser, struct venue_message *message,
                                     struct venue_trade *trade, const struct scan_value *side,
                                     const struct scan_value *type);
