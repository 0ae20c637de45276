/* venue/gate_parse.h - Gate's futures streams and REST answers to rows.
 *
 * A text is {"channel":"futures.X","event":"update","time_ms":…,"result":…}; result is an object or
 * an array of them, members come in any order, numbers as texts or numbers.
 *
 *   futures.trades             size id create_time_ms price contract is_internal; size > 0: the
 *                              taker bought; is_internal: no market trade, ignored
 *   futures.public_liquidates  price size time contract; size < 0 is a sell order: a LONG was
 *                              liquidated; the price is the order's
 *   futures.obu                t s("ob.SYMBOL.LEVELS") U u b[[p,s]] a; full: it replaces the book
 *   futures.order_book_update  t s U u b[{p,s}] a; its snapshot is REST's order_book
 *   futures.tickers            contract mark_price index_price last funding_rate total_size
 *   futures.candlesticks       t v o h l c a w n("1m_SYMBOL")
 *   futures.contract_stats     time contract open_interest
 *   futures.contract_info      name quanto_multiplier order_price_round risk_limit_tiers
 *   futures.system             type "upgrade": it is about to cut
 *
 * Sizes are contracts of quanto_multiplier coins each; where that is 0 in a contract that is not
 * direct, they are USD. Thread: the parser's. */
#pragma once

#include "venue/dialect.h"

/* Contracts are served by what they are settled in: BTC_USDT in USDT, BTC_USD1 in USD1, BTC_USD in
 * coin. Each has sockets and answers of its own, named by gate_settlement_names. */
enum gate_settlement { GATE_USDT, GATE_BTC, GATE_USD1, GATE_SETTLEMENT_COUNT };
extern const char *const gate_settlement_names[GATE_SETTLEMENT_COUNT];
enum gate_settlement gate_settlement_of(const struct venue_symbol *symbol);

/* dialect.settle: contracts in USDT, USDC and USD1 are linear, what a contract is worth only the
 * list says; options are unwanted. */
void gate_settle(struct venue_symbols *symbols, struct venue_symbol *symbol);

/* dialect.parse */
enum status gate_parse(struct venue_parser *parser, int socket, const char *bytes, size_t len,
                       int64_t recv_ns, struct venue_message *message);
/* dialect.rest_parse: contracts (a list or one), tickers, trades, candlesticks, contract_stats,
 * funding_rate, liq_orders (here size > 0 is the LONG), order_book, risk_limit_tiers. The reply to
 * a list of contracts names the next settlement of which a symbol is known, as a cursor. */
enum status gate_rest_parse(struct venue_parser *parser, const struct venue_rest_about *about,
                            const char *bytes, size_t len, int64_t recv_ns,
                            struct venue_message *message);
