#include "venue/bitget.h"

#include "venue/bitget_parse.h"

const struct venue_dialect bitget_dialect = {.id = VENUE_BITGET,
                                             .ws_url = "wss://ws.bitget.com",
                                             .rest_url = "https://api.bitget.com",
                                             .trades_on_subscribe = true,
                                             .settle = bitget_settle,
                                             .parse = bitget_parse,
                                             .rest_parse = bitget_rest_parse};
