#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/str.h"

enum { PORT_TLS = 443, PORT_PLAIN = 80, PORT_MAX = 65535 };

static bool url_is_numeric(const char *host) {
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

bool url_address_is_loopback(const char *address) {
    struct in_addr v4 = {0};
    if (inet_pton(AF_INET, address, &v4) == 1) {
        return (ntohl(v4.s_addr) >> 24) == 127;
    }
    struct in6_addr v6 = {0};
    if (inet_pton(AF_INET6, address, &v6) != 1) {
        return false;
    }
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

/* After the scheme: true and *rest behind it if text begins with scheme + "://". */
static bool url_skip_scheme(const char *text, const char *scheme, const char **rest) {
    size_t len = strlen(scheme);
    if (strncmp(text, scheme, len) != 0 || strncmp(text + len, "://", 3) != 0) {
        return false;
    }
    *rest = text + len + 3;
    return true;
}

static bool url_host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

/* The host, bracketed or not; *rest behind it. */
static bool url_take_host(const char *text, struct url *out, const char **rest) {
    bool bracket = text[0] == '[';
    const char *begin = text + (bracket ? 1 : 0);
    const char *end = begin;
    while (bracket ? (*end != '\0' && *end != ']') : url_host_char(*end)) {
        end++;
    }
    if (end == begin || (bracket && *end != ']') ||
        !str_copy_span(out->host, sizeof(out->host), (struct span){begin, (size_t)(end - begin)})) {
        return false;
    }
    out->numeric = url_is_numeric(out->host);
    if (bracket && (!out->numeric || strchr(out->host, ':') == NULL)) {
        return false;
    }
    *rest = end + (bracket ? 1 : 0);
    return true;
}

static bool url_take_port(const char *text, struct url *out, const char **rest) {
    out->port = out->tls ? PORT_TLS : PORT_PLAIN;
    *rest = text;
    if (*text != ':') {
        return true;
    }
    int port = 0;
    const char *at = text + 1;
    for (; *at >= '0' && *at <= '9'; at++) {
        port = port * 10 + (*at - '0');
        if (port > PORT_MAX) {
            return false;
        }
    }
    out->port = port;
    *rest = at;
    return port > 0;
}

static bool url_take_path(const char *text, struct url *out) {
    if (*text != '\0' && *text != '/' && *text != '?') {
        return false;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at >= 127 || *at == '#') {
            return false;
        }
    }
    return str_format(out->path, sizeof(out->path), "%s%s", *text == '/' ? "" : "/", text);
}

enum status url_parse(const char *text, const char *tls_scheme, const char *plain_scheme,
                      struct url *out) {
    memset(out, 0, sizeof(*out));
    const char *at = NULL;
    if (text == NULL) {
        return STATUS_MALFORMED;
    }
    if (url_skip_scheme(text, tls_scheme, &at)) {
        out->tls = true;
    } else if (!url_skip_scheme(text, plain_scheme, &at)) {
        return STATUS_MALFORMED;
    }
    if (!url_take_host(at, out, &at) || !url_take_port(at, out, &at) || !url_take_path(at, out)) {
        return STATUS_MALFORMED;
    }
    bool v6 = strchr(out->host, ':') != NULL;
    bool usual = out->port == (out->tls ? PORT_TLS : PORT_PLAIN);
    (void)str_format(out->authority, sizeof(out->authority), "%s%s%s", v6 ? "[" : "", out->host,
                     v6 ? "]" : "");
    if (!usual) {
        (void)str_append(out->authority, sizeof(out->authority), ":%d", out->port);
    }
    out->loopback = str_equal_nocase(out->host, "localhost") || url_address_is_loopback(out->host);
    return out->tls || out->loopback ? STATUS_OK : STATUS_UNSUPPORTED;
}
