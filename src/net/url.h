/* net/url.h - taking a URL apart.  Thread: any.  Limits: URL_HOST_BYTES, URL_PATH_BYTES; longer is
 * malformed. */
#pragma once

#include <stdbool.h>

#include "base/status.h"

enum { URL_HOST_BYTES = 254, URL_PATH_BYTES = 4096 };

struct url {
    bool tls;
    bool loopback; /* localhost, 127.0.0.0/8 or ::1 */
    bool numeric;  /* the host is an address, not a name */
    int port;
    char host[URL_HOST_BYTES];           /* without the brackets of IPv6 */
    char authority[URL_HOST_BYTES + 10]; /* what goes into the Host header */
    char path[URL_PATH_BYTES];           /* with the query, begins with '/' */
};

/* Read "tls_scheme://host[:port][/path][?query]" or the same with plain_scheme. STATUS_MALFORMED:
 * not such a URL (user names, fragments, spaces and control characters included);
 * STATUS_UNSUPPORTED: plain beyond loopback. */
enum status url_parse(const char *text, const char *tls_scheme, const char *plain_scheme,
                      struct url *out);

/* Is address ("127.0.0.1", "::1", "::ffff:127.0.0.1") on the loopback interface? */
bool url_address_is_loopback(const char *address);
