#include "base/process.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

int64_t process_resident_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long long total = 0;
    long long resident = 0;
    if (file == NULL) {
        return 0;
    }
    bool read = fscanf(file, "%lld %lld", &total, &resident) == 2;
    fclose(file);
    return read ? (int64_t)resident * sysconf(_SC_PAGESIZE) : 0;
}
