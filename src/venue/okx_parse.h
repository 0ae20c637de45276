/* venue/okx_parse.h - OKX's stream messages and REST answers to event slots.
 *
 * Pure: no I/O, no clock.  Thread: the parser's.  Owner: feed or normalizer.  What is read stands
 * in okx_rows.h. On the wire:
 *
 *   {"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[…]}
 *   {"event":"subscribe"|"error"|"notice"|…,"arg":{…},"code":"60012","msg":"…","connId":"…"}
 *   pong
 *   {"code":"0","msg":"","data":[…]}                                                         (REST)
 */
#pragma once

#include "venue/parser.h"

/* Unit (contracts) and, by its quote coin, kind of contract; the worth only the list knows. */
void okx_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

/* As venue_parse and venue_rest_parse, which call them. */
enum status okx_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                      int64_t recv_ns, struct venue_message *message);
enum status okx_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                           const char *bytes, size_t len, int64_t recv_ns,
                           struct venue_message *message);
