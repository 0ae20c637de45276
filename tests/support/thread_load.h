/* support/thread_load.h - what each thread of this process did with its time: running, and waiting
 * for a processor (Linux: /proc/self/task/TID/schedstat).
 *
 * Thread: any.  Threads of one name are one row; their numbers are left off ("llvmpipe-0"). */
#pragma once

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { THREAD_LOAD_MAX = 24, THREAD_LOAD_NAME_BYTES = 32 };

struct thread_load_row {
    char name[THREAD_LOAD_NAME_BYTES];
    int threads;
    int64_t run_ns, wait_ns;
};

struct thread_load {
    struct thread_load_row rows[THREAD_LOAD_MAX];
    int count;
};

static inline bool thread_load_read(const char *task, const char *what, const char *format, void *a,
                                    void *b) {
    char path[64 + 256];
    (void)snprintf(path, sizeof path, "/proc/self/task/%s/%s", task, what);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    char text[128] = "";
    bool ok = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return ok && (b != NULL ? sscanf(text, format, a, b) == 2 : sscanf(text, format, a) == 1);
}

static inline void thread_load_add(struct thread_load *load, const char *name, int64_t run_ns,
                                   int64_t wait_ns) {
    int at = 0;
    while (at < load->count && strcmp(load->rows[at].name, name) != 0) {
        at++;
    }
    if (at == THREAD_LOAD_MAX) {
        return;
    }
    if (at == load->count) {
        load->rows[load->count++] = (struct thread_load_row){.threads = 0};
        (void)snprintf(load->rows[at].name, sizeof load->rows[at].name, "%s", name);
    }
    load->rows[at].threads++;
    load->rows[at].run_ns += run_ns;
    load->rows[at].wait_ns += wait_ns;
}

/* Since each thread began. */
static inline void thread_load_take(struct thread_load *load) {
    *load = (struct thread_load){.count = 0};
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry = NULL; tasks != NULL && (entry = readdir(tasks)) != NULL;) {
        char name[THREAD_LOAD_NAME_BYTES] = "";
        int64_t run_ns = 0;
        int64_t wait_ns = 0;
        if (entry->d_name[0] == '.' ||
            !thread_load_read(entry->d_name, "comm", "%31[^\n]", name, NULL) ||
            !thread_load_read(entry->d_name, "schedstat", "%" SCNd64 " %" SCNd64, &run_ns,
                              &wait_ns)) {
            continue;
        }
        size_t len = strlen(name);
        while (len > 0 && ((name[len - 1] >= '0' && name[len - 1] <= '9') || name[len - 1] == '-' ||
                           name[len - 1] == ':')) {
            name[--len] = '\0';
        }
        thread_load_add(load, name, run_ns, wait_ns);
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
}

/* What came since `before`, as a share of one processor. */
static inline void thread_load_print(const struct thread_load *before, double seconds) {
    struct thread_load now;
    thread_load_take(&now);
    printf("    a processor's share, running + waiting for one:");
    for (int i = 0; i < now.count; i++) {
        struct thread_load_row row = now.rows[i];
        for (int k = 0; k < before->count; k++) {
            if (strcmp(before->rows[k].name, row.name) == 0) {
                row.run_ns -= before->rows[k].run_ns;
                row.wait_ns -= before->rows[k].wait_ns;
            }
        }
        double scale = 100.0 / (seconds * 1e9);
        if ((double)(row.run_ns + row.wait_ns) * scale >= 0.5) {
            printf("  %s", row.name);
            printf(row.threads > 1 ? " x %d" : "", row.threads);
            printf(" %.1f + %.1f %%", (double)row.run_ns * scale, (double)row.wait_ns * scale);
        }
    }
    printf("\n");
}
