/* The venues whose side the simulated exchange can take: a row each. */
#include "base/str.h"
#include "sim/exchange_binance.h"
#include "sim/exchange_bitget.h"
#include "sim/exchange_bybit.h"
#include "sim/exchange_deribit.h"
#include "sim/exchange_dialect.h"
#include "sim/exchange_gate.h"
#include "sim/exchange_htx.h"
#include "sim/exchange_hyperliquid.h"
#include "sim/exchange_kraken_futures.h"
#include "sim/exchange_okx.h"

static const struct exchange_dialect *const dialects[] = {
    &exchange_binance_usdm,   &exchange_binance_coinm, &exchange_bybit,       &exchange_okx,
    &exchange_bitget,         &exchange_gate,          &exchange_hyperliquid, &exchange_deribit,
    &exchange_kraken_futures, &exchange_htx,
};

const struct exchange_dialect *exchange_dialect_find(enum venue_id venue) {
    for (size_t i = 0; i < ARRAY_COUNT(dialects); i++) {
        if (dialects[i]->venue == venue) {
            return dialects[i];
        }
    }
    return NULL;
}
