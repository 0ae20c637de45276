/* app/desk_reload.h - the configuration file while the program runs: looked at twice a second, read
 * again when it was changed and has come to rest, so that a file that an editor is still writing is
 * left alone.
 *
 * What changed in it is done: options that may change, in every window and pane; keys; alerts.
 * Mistakes are told with file and line, and the rest goes on; options that need a restart are
 * named.  Thread: main.  Owner: desk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config_file.h"

struct desk;
struct app_options;

/* What tells one state of a file from another. */
struct desk_reload_stamp {
    bool there;
    int64_t modified_s, modified_ns, size_bytes;
    unsigned long long dev, ino;
};

struct desk_reload {
    char path[CONFIG_PATH_BYTES];        /* "": nothing is watched */
    struct desk_reload_stamp read, seen; /* as it was read, and as it was last looked at */
    int64_t looked_ns;
    struct option_table table; /* as the file had it when it was read */
};

/* Watch the file that options were read from. */
void desk_reload_open(struct desk *desk, const struct app_options *options);
/* Once a frame. */
void desk_reload_advance(struct desk *desk);
