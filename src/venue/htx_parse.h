/* venue/htx_parse.h - HTX's stream messages and REST answers to event slots.
 *
 * Pure: no I/O, no clock; the transport has inflated the binary frames. Thread: the parser's.
 * Owner: feed or normalizer.  What is read stands in htx_rows.h. On the wire:
 *
 *   {"ch":"market.BTC-USDT.trade.detail","ts":ms,"tick":{"id":…,"ts":ms,"data":[…]}}
 *   {"id":"1","subbed":"market…","status":"ok","ts":ms}      {"ping":N} -> {"pong":N}
 *   {"op":"notify","topic":"public.BTC-USDT.liquidation_orders","ts":ms,"data":[…]}
 *   {"op":"sub","cid":"1","topic":"…","ts":ms,"err-code":0}  {"op":"ping","ts":"N"}
 *   {"status":"ok","data":[…],"ts":ms}  {"code":200,"msg":"","data":[…],"ts":ms}       (REST)
 *
 * A ping's number is answered as it was written: the venue compares tokens. */
#pragma once

#include "venue/parser.h"

/* Unit (contracts) and kind of contract, by its code; the worth only the list knows. */
void htx_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

/* As venue_parse and venue_rest_parse, which call them. */
enum status htx_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                      int64_t recv_ns, struct venue_message *message);
enum status htx_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                           const char *bytes, size_t len, int64_t recv_ns,
                           struct venue_message *message);
