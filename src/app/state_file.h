/* app/state_file.h - small files that the program keeps for its user from run to run, so that a
 * crash leaves the old one or the new one, never half of one.
 *
 * Thread: any that may wait for a disk.  They lie in $XDG_STATE_HOME/liqscope, private to the user.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { STATE_FILE_PATH_BYTES = 1024 };

/* $XDG_STATE_HOME/liqscope, or ~/.local/state/liqscope. False: neither is set, or too long. */
bool state_file_folder(char out[STATE_FILE_PATH_BYTES]);
/* The whole file into out. Its length; -1: errno says why; out_bytes: it is longer. */
ssize_t state_file_read(const char *path, char *out, size_t out_bytes);
/* Write it anew: beside it (mode 0600), synced, renamed over it; folders that are missing are made
 * (0700). False: errno says why, and the old one is as it was. */
bool state_file_replace(const char *path, const char *bytes, size_t len);
