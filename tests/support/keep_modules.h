/* support/keep_modules.h - keep the libraries that a GL driver loaded from being unloaded at exit.
 *
 * The leak checker looks at exit, when the drivers are gone and it cannot say any more whose memory
 * it was; kept, they have names, and support/lsan.supp can tell theirs from ours.  Call once a
 * context exists. */
#pragma once

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static inline void keep_modules_now(void) {
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        char *path = strchr(line, '/');
        if (path != NULL && strstr(path, ".so") != NULL) {
            path[strcspn(path, "\n")] = '\0';
            (void)dlopen(path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
}
