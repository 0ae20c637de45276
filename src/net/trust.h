/* net/trust.h - who is believed: the system's certificate store plus, if wanted, a file of further
 * authorities.
 *
 * Thread: any.  Every client connection checks the chain, the dates and the host's name; there is
 * no way around. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/status.h"

/* ca_file: PEM, NULL: the system's store only. NULL and *why: STATUS_IO (file), STATUS_MEMORY. Free
 * with SSL_CTX_free. */
SSL_CTX *trust_create(const char *ca_file, enum status *why);

/* A client's side of a connection over fd to host (a name or an address), its check of the name
 * set. NULL: out of memory. */
SSL *trust_connect(SSL_CTX *trust, int fd, const char *host, bool numeric);

/* The verdict on the peer's certificate as text ("certificate has expired"), NULL if there was
 * nothing to object. */
const char *trust_objection(const SSL *ssl);
