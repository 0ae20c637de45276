/* support/folder.h - a folder of a test's own, and its end with all that lies in it.
 *
 * In memory where that can be: the disk is not what is tested. */
#pragma once

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FOLDER_PATH_BYTES = 128 };

static inline void make_folder(const char *name, char folder[FOLDER_PATH_BYTES]) {
    (void)snprintf(folder, FOLDER_PATH_BYTES, "%s/%s_XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", name);
    assert_non_null(mkdtemp(folder));
}

static inline void remove_folder(const char *folder) {
    char pattern[FOLDER_PATH_BYTES + 4];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            assert_int_equal(unlink(found.gl_pathv[i]), 0);
        }
        globfree(&found);
    }
    assert_int_equal(rmdir(folder), 0);
}
