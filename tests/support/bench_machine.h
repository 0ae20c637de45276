/* support/bench_machine.h - one line about the machine and the build, first in every bench's log.
 */
#pragma once

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static inline void bench_machine_print(FILE *out) {
    char model[128] = "unknown processor";
    char line[256];
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (info != NULL && fgets(line, sizeof(line), info) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            snprintf(model, sizeof(model), "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    if (info != NULL) {
        fclose(info);
    }
    char when[CLOCK_TEXT_BYTES];
    const char *build =
#ifdef __OPTIMIZE__
        "optimised";
#else
        "not optimised";
#endif
    fprintf(out, "# %s  %s  %ld cpus  gcc-compatible %s  %s\n",
            clock_format_utc(clock_wall_ms(), when), model, sysconf(_SC_NPROCESSORS_ONLN),
            __VERSION__, build);
}
