#include "venue/deribit.h"

#include "venue/deribit_parse.h"

const struct venue_dialect deribit_dialect = {.id = VENUE_DERIBIT,
                                              .ws_url = "wss://www.deribit.com",
                                              .rest_url = "https://www.deribit.com",
                                              .complete_liquidations = true,
                                              .settle = deribit_settle,
                                              .parse = deribit_parse,
                                              .rest_parse = deribit_rest_parse};
