#include "app/pipeline_options.h"

struct pipeline_desc pipeline_options_desc(const struct app_options *options,
                                           const struct source_list *sources) {
    const struct option_table *table = &options->table;
    return (struct pipeline_desc){
        .sources = sources,
        .ws_url = option_text(table, OPT_binance_ws_url),
        .rest_url = option_text(table, OPT_binance_rest_url),
        .margins = options->margins,
        .ca_file = option_text(table, OPT_ca_file),
        .proxies = options->proxies,
    };
}

bool pipeline_options_own_url(const struct option_table *table) {
    return option_text(table, OPT_binance_ws_url)[0] != '\0' ||
           option_text(table, OPT_binance_rest_url)[0] != '\0';
}
