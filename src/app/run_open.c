/* app/run_open.c - a view again, by the map ID that stands in its picture: in a window, or with -o
 * as the same picture or film. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/map_id.h"

int run_open(const struct app_options *options) {
    static struct app_options view;    /* tens of kilobytes of text: not on the stack */
    static struct map_id_view sources; /* the same */
    char reason[MAP_ID_REASON_BYTES];
    view = *options;
    const enum exit_status status = map_id_load(options->args[0], &view.table, &sources, reason);
    if (status != EXIT_STATUS_DONE) {
        return app_fail(status, "open", "%s", reason);
    }
    if (strcmp(sources.version, LIQSCOPE_VERSION) != 0) {
        fprintf(stderr, "liqscope open: made by version %s, this is %s: the estimate may differ\n",
                sources.version, LIQSCOPE_VERSION);
    }
    view.arg_count = sources.source_count;
    for (int i = 0; i < sources.source_count; i++) {
        view.args[i] = sources.sources[i];
    }
    if (option_given(&view.table, OPT_output)) {
        return run_render(&view);
    }
    view.open_at_ms = option_given(&view.table, OPT_at)     ? option_integer(&view.table, OPT_at)
                      : option_given(&view.table, OPT_from) ? option_integer(&view.table, OPT_from)
                                                            : 0;
    return run_view(&view);
}
