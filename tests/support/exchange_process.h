/* support/exchange_process.h - the simulated exchange in a process of its own, as another machine
 * would be: it makes the load, and is no part of what a bench measures.
 *
 * Thread: the test's; start it before any other thread is there (fork).  Owner: the test.  The
 * process gives way (nice) and ends with its parent. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sim/exchange_server.h"

enum { EXCHANGE_PROCESS_URL_BYTES = 64, EXCHANGE_PROCESS_WAIT_MS = 60000 };

/* What the process says once it serves. */
struct exchange_address {
    char ws_url[EXCHANGE_PROCESS_URL_BYTES], rest_url[EXCHANGE_PROCESS_URL_BYTES];
};

struct exchange_process {
    int nice; /* how far it gives way, 0..19; set before starting */
    pid_t pid;
    int load_fd; /* struct exchange_load, one after the other; its end is the process's end */
    struct exchange_address address;
};

static inline void exchange_process_serve(const struct exchange_server_desc *desc, int load_fd,
                                          int address_fd) {
    enum status why = STATUS_OK;
    struct exchange_counts counts = {0};
    struct exchange_address address = {{0}, {0}};
    struct exchange_load load;
    struct exchange_server *server = exchange_server_create(desc, &why);
    if (server != NULL && exchange_server_start(server)) {
        for (int i = 0; i < EXCHANGE_PROCESS_WAIT_MS / 10 && !counts.serving; i++) {
            clock_sleep_until_ns(clock_mono_ns() + 10000000);
            exchange_server_get_counts(server, &counts);
        }
        (void)snprintf(address.ws_url, sizeof address.ws_url, "%s",
                       exchange_server_ws_base_url(server));
        (void)snprintf(address.rest_url, sizeof address.rest_url, "%s",
                       exchange_server_rest_base_url(server));
        if (counts.serving && write(address_fd, &address, sizeof address) == sizeof address) {
            while (read(load_fd, &load, sizeof load) == (ssize_t)sizeof load) {
                exchange_server_set_load(server, &load);
            }
        }
    }
    exchange_server_destroy(server);
}

/* False: it does not serve. exchange_process_end all the same. */
static inline bool exchange_process_start(struct exchange_process *process,
                                          const struct exchange_server_desc *desc) {
    int loads[2];
    int addresses[2];
    process->pid = -1;
    process->load_fd = -1;
    if (pipe(loads) != 0 || pipe(addresses) != 0) {
        return false;
    }
    process->pid = fork();
    if (process->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + process->nice);
        close(loads[1]);
        close(addresses[0]);
        exchange_process_serve(desc, loads[0], addresses[1]);
        _exit(0);
    }
    close(loads[0]);
    close(addresses[1]);
    process->load_fd = loads[1];
    ssize_t got = read(addresses[0], &process->address, sizeof process->address);
    close(addresses[0]);
    return process->pid > 0 && got == (ssize_t)sizeof process->address;
}

static inline void exchange_process_set_load(struct exchange_process *process,
                                             const struct exchange_load *load) {
    if (write(process->load_fd, load, sizeof *load) != (ssize_t)sizeof *load) {
        fprintf(stderr, "the exchange's process is gone\n");
    }
}

static inline void exchange_process_end(struct exchange_process *process) {
    if (process->load_fd >= 0) {
        close(process->load_fd);
        process->load_fd = -1;
    }
    if (process->pid > 0) {
        waitpid(process->pid, NULL, 0);
        process->pid = -1;
    }
}
