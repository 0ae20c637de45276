/* net/proxy.h - connections through a proxy: which, and what is said to it.
 *
 * Two kinds: an HTTP proxy that is asked to CONNECT (RFC 9110 section 9.3.6, with Basic
 * authentication where a user is named), and SOCKS5 (RFC 1928, with a user's password by RFC 1929).
 * The proxy looks the host's name up; TLS is then spoken with the host itself, and its certificate
 * is checked as without a proxy. What is on loopback, and what NO_PROXY names, is reached directly;
 * plain connections are made to loopback only, so that HTTP_PROXY has nothing to say.
 * Thread: any; plain functions and plain values.  Limits: those of the enum. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/url.h"

enum {
    PROXY_WORD_BYTES = 256, /* a user's name, a password */
    PROXY_EXCEPT_BYTES = 2048,
    PROXY_SAY_BYTES = 2048, /* a message to a proxy */
    PROXY_REASON_BYTES = 160
};

enum proxy_kind { PROXY_NONE, PROXY_CONNECT, PROXY_SOCKS5 };

struct proxy {
    enum proxy_kind kind;
    bool numeric; /* the host is an address */
    int port;
    char host[URL_HOST_BYTES];                               /* without the brackets of IPv6 */
    char authority[URL_HOST_BYTES + 10];                     /* for people: host:port */
    char user[PROXY_WORD_BYTES], password[PROXY_WORD_BYTES]; /* user "": none */
};

/* Zeroed: everything is reached directly. */
struct proxy_rules {
    struct proxy proxy;
    char except[PROXY_EXCEPT_BYTES];    /* NO_PROXY's list */
    char objection[PROXY_REASON_BYTES]; /* the environment names a proxy that cannot be used: no
                                           connection is made around it; "": none */
};

/* option: a URL, "none" (directly), or "": what HTTPS_PROXY, else ALL_PROXY says (the name in lower
 * case first), but for hosts of NO_PROXY. get_env: as getenv. False: the option is no proxy's URL;
 * reason is one line without a password. */
bool proxy_rules_read(struct proxy_rules *out, const char *option,
                      char *(*get_env)(const char *name), char reason[static PROXY_REASON_BYTES]);

/* The proxy for that URL; NULL: none, it is reached directly. */
const struct proxy *proxy_rules_find(const struct proxy_rules *rules, const struct url *url);

/* -- what is said -- */

enum proxy_step {
    PROXY_WAITS,     /* for more */
    PROXY_SAYS,      /* out is to be sent */
    PROXY_CONNECTED, /* what follows is the host's */
    PROXY_FAILED     /* reason says why */
};

struct proxy_talk {
    const struct proxy *proxy; /* borrowed */
    const struct url *url;     /* borrowed */
    int stage;
};

struct proxy_answer {
    char out[PROXY_SAY_BYTES];
    size_t out_len;
    char reason[PROXY_REASON_BYTES];
};

/* What is said first: answer->out. */
void proxy_talk_begin(struct proxy_talk *talk, const struct proxy *proxy, const struct url *url,
                      struct proxy_answer *answer);
/* What the proxy says; *used of the bytes are done with, the others come again with more behind
 * them. No more than HTTP_HEAD_BYTES_MAX are waited for. */
enum proxy_step proxy_talk_take(struct proxy_talk *talk, const char *bytes, size_t len,
                                size_t *used, struct proxy_answer *answer);
