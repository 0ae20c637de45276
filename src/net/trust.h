/* net/trust.h - who is believed: the system's certificate store plus, if wanted, a file of further
 * authorities.
 *
 * Thread: any.  Every client connection checks the chain, the dates and the host's name; there is
 * no way around. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/status.h"

struct trust {
    SSL_CTX *context;   /* owned */
    bool system_loaded; /* the system's store is read with the first connection: it takes some 20 ms
                         */
};

/* ca_file: PEM, NULL: the system's store only. STATUS_IO: it cannot be read; STATUS_MEMORY. */
enum status trust_init(struct trust *trust, const char *ca_file);
void trust_finish(struct trust *trust); /* zeroed accepted */

/* A client's side of a connection over fd to host (a name or an address), its check of the name
 * set. NULL: out of memory. */
SSL *trust_connect(struct trust *trust, int fd, const char *host, bool numeric);

/* The verdict on the peer's certificate as text ("certificate has expired"), NULL if there was
 * nothing to object. */
const char *trust_objection(const SSL *ssl);
