#include "net/proxy.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/str.h"
#include "net/http_head.h"

enum { PORT_CONNECT = 80, PORT_SOCKS5 = 1080, PORT_MAX = 65535 };

/* -- a proxy's URL -- */

static int hex_digit(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Percent-decoded. False: it does not fit, or has a control character. */
static bool read_word(struct span text, char out[PROXY_WORD_BYTES]) {
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.bytes[i];
        if (c == '%' && i + 2 < text.len && hex_digit(text.bytes[i + 1]) >= 0 &&
            hex_digit(text.bytes[i + 2]) >= 0) {
            c = (char)(hex_digit(text.bytes[i + 1]) * 16 + hex_digit(text.bytes[i + 2]));
            i += 2;
        }
        if (len + 1 >= PROXY_WORD_BYTES || (unsigned char)c < ' ' || c == 127) {
            return false;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    return true;
}

/* "user:password" in front of the host's '@'. */
static bool read_user(struct span text, struct proxy *out) {
    const char *colon = memchr(text.bytes, ':', text.len);
    const size_t user_len = colon != NULL ? (size_t)(colon - text.bytes) : text.len;
    const struct span password = {colon != NULL ? colon + 1 : text.bytes,
                                  colon != NULL ? text.len - user_len - 1 : 0};
    return user_len > 0 && read_word((struct span){text.bytes, user_len}, out->user) &&
           read_word(password, out->password) &&
           (out->kind != PROXY_CONNECT || strchr(out->user, ':') == NULL);
}

static bool is_address(const char *host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* "host", "host:port", "[::1]:port". */
static bool read_host(struct span text, struct proxy *out) {
    const bool bracket = text.len > 0 && text.bytes[0] == '[';
    const char *end = bracket ? memchr(text.bytes, ']', text.len) : NULL;
    const char *begin = text.bytes + (bracket ? 1 : 0);
    const char *after = text.bytes + text.len;
    if (bracket && end == NULL) {
        return false;
    }
    if (!bracket) {
        const char *colon = memchr(text.bytes, ':', text.len);
        end = colon != NULL ? colon : after;
    }
    if (end == begin ||
        !str_copy_span(out->host, sizeof out->host, (struct span){begin, (size_t)(end - begin)})) {
        return false;
    }
    out->numeric = is_address(out->host);
    for (const char *c = out->host; *c != '\0'; c++) {
        const bool good = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                          (*c >= '0' && *c <= '9') || strchr("-._", *c) != NULL;
        if (!good && !(bracket && out->numeric)) {
            return false;
        }
    }
    const char *at = end + (bracket ? 1 : 0);
    if (at == after) {
        return !bracket || out->numeric;
    }
    int port = 0;
    for (const char *c = at + 1; *at == ':' && c < after; c++) {
        port = *c >= '0' && *c <= '9' && port <= PORT_MAX ? port * 10 + (*c - '0') : PORT_MAX + 1;
    }
    out->port = port;
    return port > 0 && port <= PORT_MAX && (!bracket || out->numeric);
}

/* NULL: read; else why it cannot be used. Nothing of the text is repeated: it may hold a
 * password. */
static const char *read_proxy(const char *text, struct proxy *out) {
    static const struct {
        const char *scheme;
        enum proxy_kind kind;
        int port;
    } schemes[] = {{"http://", PROXY_CONNECT, PORT_CONNECT},
                   {"socks5://", PROXY_SOCKS5, PORT_SOCKS5},
                   {"socks5h://", PROXY_SOCKS5, PORT_SOCKS5},
                   {"", PROXY_CONNECT, PORT_CONNECT}};
    const bool has_scheme = strstr(text, "://") != NULL;
    *out = (struct proxy){.kind = PROXY_NONE};
    for (size_t i = 0; i < ARRAY_COUNT(schemes) && out->kind == PROXY_NONE; i++) {
        const size_t len = strlen(schemes[i].scheme);
        if (strncmp(text, schemes[i].scheme, len) == 0 && (len > 0 || !has_scheme)) {
            out->kind = schemes[i].kind;
            out->port = schemes[i].port;
            text += len;
        }
    }
    if (out->kind == PROXY_NONE) {
        return "only http:// and socks5:// proxies can be used";
    }
    struct span rest = {text, strcspn(text, "/?#")};
    if (text[rest.len] != '\0' && strcmp(text + rest.len, "/") != 0) {
        return "a proxy has no path";
    }
    const char *at = NULL;
    for (size_t i = 0; i < rest.len; i++) {
        at = rest.bytes[i] == '@' ? &rest.bytes[i] : at;
    }
    if (at != NULL && !read_user((struct span){text, (size_t)(at - text)}, out)) {
        return "its user and password cannot be read";
    }
    if (at != NULL) {
        rest = (struct span){at + 1, rest.len - (size_t)(at + 1 - text)};
    }
    if (!read_host(rest, out)) {
        return "expected http://HOST:PORT or socks5://HOST:PORT";
    }
    const bool v6 = strchr(out->host, ':') != NULL;
    (void)str_format(out->authority, sizeof out->authority, "%s%s%s:%d", v6 ? "[" : "", out->host,
                     v6 ? "]" : "", out->port);
    return NULL;
}

/* -- rules -- */

bool proxy_rules_read(struct proxy_rules *out, const char *option,
                      char *(*get_env)(const char *name), char reason[static PROXY_REASON_BYTES]) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    *out = (struct proxy_rules){.objection = ""};
    const char *except = get_env("no_proxy");
    except = except != NULL ? except : get_env("NO_PROXY");
    const bool kept = str_copy(out->except, sizeof out->except, except != NULL ? except : "");
    if (strcmp(option, "none") == 0) {
        return true;
    }
    if (option[0] != '\0') {
        const char *wrong = kept ? read_proxy(option, &out->proxy) : "NO_PROXY is too long";
        if (wrong != NULL) {
            (void)str_format(reason, PROXY_REASON_BYTES, "proxy: %s", wrong);
        }
        return wrong == NULL;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const char *text = get_env(names[i]);
        if (text == NULL || text[0] == '\0') {
            continue;
        }
        const char *wrong = read_proxy(text, &out->proxy);
        wrong = wrong == NULL && !kept ? "NO_PROXY is too long" : wrong;
        if (wrong != NULL) {
            (void)str_format(out->objection, sizeof out->objection, "%s: unusable proxy, %s",
                             names[i], wrong);
        }
        break;
    }
    return true;
}

/* "example.test" names itself and what ends in ".example.test"; so does ".example.test", and
 * "*.example.test". */
static bool names_host(struct span entry, const struct url *url) {
    char text[URL_HOST_BYTES + 10], with_port[URL_HOST_BYTES + 10];
    while (entry.len > 0 && (entry.bytes[0] == '*' || entry.bytes[0] == '.')) {
        if (entry.len == 1 && entry.bytes[0] == '*') {
            return true;
        }
        entry.bytes++;
        entry.len--;
    }
    if (entry.len == 0 || !str_copy_span(text, sizeof text, entry)) {
        return false;
    }
    (void)str_format(with_port, sizeof with_port, "%s:%d", url->host, url->port);
    if (str_equal_nocase(text, url->host) || str_equal_nocase(text, url->authority) ||
        str_equal_nocase(text, with_port)) {
        return true;
    }
    const size_t host_len = strlen(url->host);
    return !url->numeric && host_len > entry.len && url->host[host_len - entry.len - 1] == '.' &&
           str_equal_nocase(url->host + host_len - entry.len, text);
}

const struct proxy *proxy_rules_find(const struct proxy_rules *rules, const struct url *url) {
    if ((rules->proxy.kind == PROXY_NONE && rules->objection[0] == '\0') || url->loopback ||
        !url->tls) {
        return NULL;
    }
    for (const char *at = rules->except; *at != '\0';) {
        const size_t len = strcspn(at, ", \t");
        if (names_host((struct span){at, len}, url)) {
            return NULL;
        }
        at += len;
        at += strspn(at, ", \t");
    }
    return &rules->proxy;
}

/* -- CONNECT -- */

static void say_connect(struct proxy_talk *talk, struct proxy_answer *answer) {
    const struct proxy *proxy = talk->proxy;
    const bool v6 = strchr(talk->url->host, ':') != NULL;
    char to[URL_HOST_BYTES + 10];
    (void)str_format(to, sizeof to, "%s%s%s:%d", v6 ? "[" : "", talk->url->host, v6 ? "]" : "",
                     talk->url->port);
    (void)str_format(answer->out, sizeof answer->out,
                     "CONNECT %s HTTP/1.1\r\n"
                     "Host: %s\r\n"
                     "User-Agent: liqscope/" LIQSCOPE_VERSION "\r\n",
                     to, to);
    if (proxy->user[0] != '\0') {
        char words[2 * PROXY_WORD_BYTES];
        char coded[2 * sizeof words];
        (void)str_format(words, sizeof words, "%s:%s", proxy->user, proxy->password);
        EVP_EncodeBlock((unsigned char *)coded, (const unsigned char *)words, (int)strlen(words));
        (void)str_append(answer->out, sizeof answer->out, "Proxy-Authorization: Basic %s\r\n",
                         coded);
    }
    (void)str_append(answer->out, sizeof answer->out, "\r\n");
    answer->out_len = strlen(answer->out);
}

static enum proxy_step fail(struct proxy_answer *answer, const char *reason) {
    (void)str_copy(answer->reason, sizeof answer->reason, reason);
    return PROXY_FAILED;
}

static enum proxy_step judge_code(const struct proxy *proxy, int code,
                                  struct proxy_answer *answer) {
    const bool known = code == 407 || code == 403 || code == 405;
    const char *why = code == 407 && proxy->user[0] == '\0' ? ", no password"
                      : code == 407                         ? ", bad password"
                                                            : ", not allowed";
    (void)str_format(answer->reason, sizeof answer->reason, "proxy HTTP %d%s", code,
                     known         ? why
                     : code >= 500 ? ", no way there"
                                   : "");
    return PROXY_FAILED;
}

static enum proxy_step take_connect(struct proxy_talk *talk, const char *bytes, size_t len,
                                    size_t *used, struct proxy_answer *answer) {
    struct http_head head;
    while (*used < len) {
        const int head_len = http_head_parse(bytes + *used, len - *used, &head);
        if (head_len < 0) {
            return fail(answer, "proxy answers no HTTP");
        }
        if (head_len == 0) {
            return PROXY_WAITS;
        }
        *used += (size_t)head_len;
        if (head.code >= 200 && head.code < 300) {
            return PROXY_CONNECTED;
        }
        if (head.code >= 200) {
            return judge_code(talk->proxy, head.code, answer);
        }
    }
    return PROXY_WAITS; /* an interim answer: the real one follows */
}

/* -- SOCKS5 -- */

enum socks_stage { SOCKS_METHOD, SOCKS_PASSWORD, SOCKS_REQUEST };
enum { SOCKS_VERSION = 5, SOCKS_CONNECT = 1, SOCKS_V4 = 1, SOCKS_NAME = 3, SOCKS_V6 = 4 };
enum { METHOD_NONE = 0, METHOD_PASSWORD = 2, METHOD_REFUSED = 0xff };

static void put(struct proxy_answer *answer, const void *bytes, size_t len) {
    memcpy(answer->out + answer->out_len, bytes, len);
    answer->out_len += len;
}

static void put_byte(struct proxy_answer *answer, int byte) {
    answer->out[answer->out_len++] = (char)byte;
}

static void say_methods(const struct proxy *proxy, struct proxy_answer *answer) {
    const bool user = proxy->user[0] != '\0';
    put_byte(answer, SOCKS_VERSION);
    put_byte(answer, user ? 2 : 1);
    put_byte(answer, METHOD_NONE);
    if (user) {
        put_byte(answer, METHOD_PASSWORD);
    }
}

static enum proxy_step say_password(struct proxy_talk *talk, struct proxy_answer *answer) {
    const struct proxy *proxy = talk->proxy;
    put_byte(answer, 1);
    put_byte(answer, (int)strlen(proxy->user));
    put(answer, proxy->user, strlen(proxy->user));
    put_byte(answer, (int)strlen(proxy->password));
    put(answer, proxy->password, strlen(proxy->password));
    talk->stage = SOCKS_PASSWORD;
    return PROXY_SAYS;
}

static enum proxy_step say_request(struct proxy_talk *talk, struct proxy_answer *answer) {
    const struct url *url = talk->url;
    unsigned char address[16];
    put_byte(answer, SOCKS_VERSION);
    put_byte(answer, SOCKS_CONNECT);
    put_byte(answer, 0);
    if (inet_pton(AF_INET, url->host, address) == 1) {
        put_byte(answer, SOCKS_V4);
        put(answer, address, 4);
    } else if (inet_pton(AF_INET6, url->host, address) == 1) {
        put_byte(answer, SOCKS_V6);
        put(answer, address, sizeof address);
    } else {
        put_byte(answer, SOCKS_NAME);
        put_byte(answer, (int)strlen(url->host));
        put(answer, url->host, strlen(url->host));
    }
    put_byte(answer, url->port >> 8);
    put_byte(answer, url->port & 0xff);
    talk->stage = SOCKS_REQUEST;
    return PROXY_SAYS;
}

static enum proxy_step take_method(struct proxy_talk *talk, unsigned char method,
                                   struct proxy_answer *answer) {
    const bool user = talk->proxy->user[0] != '\0';
    if (method == METHOD_NONE) {
        return say_request(talk, answer);
    }
    if (method == METHOD_PASSWORD && user) {
        return say_password(talk, answer);
    }
    return fail(answer, method != METHOD_REFUSED ? "proxy speaks no SOCKS5"
                        : user                   ? "proxy takes no password"
                                                 : "proxy wants a password");
}

static enum proxy_step take_reply(const unsigned char *bytes, size_t len, size_t *used,
                                  struct proxy_answer *answer) {
    static const char *const refusals[] = {"proxy failed",
                                           "proxy forbids it",
                                           "proxy has no network there",
                                           "proxy cannot reach the host",
                                           "proxy was refused there",
                                           "proxy waited in vain",
                                           "proxy does not connect",
                                           "proxy knows no such address"};
    enum { HEAD_BYTES = 4, PORT_BYTES = 2 };
    if (bytes[1] != 0) {
        return fail(answer,
                    bytes[1] <= ARRAY_COUNT(refusals) ? refusals[bytes[1] - 1] : refusals[0]);
    }
    if (len <= HEAD_BYTES) {
        return PROXY_WAITS;
    }
    const size_t address = bytes[3] == SOCKS_V4     ? 4
                           : bytes[3] == SOCKS_V6   ? 16
                           : bytes[3] == SOCKS_NAME ? (size_t)bytes[HEAD_BYTES] + 1
                                                    : 0;
    if (address == 0) {
        return fail(answer, "proxy speaks no SOCKS5");
    }
    if (len < HEAD_BYTES + address + PORT_BYTES) {
        return PROXY_WAITS;
    }
    *used += HEAD_BYTES + address + PORT_BYTES;
    return PROXY_CONNECTED;
}

static enum proxy_step take_socks(struct proxy_talk *talk, const unsigned char *bytes, size_t len,
                                  size_t *used, struct proxy_answer *answer) {
    if (len > 0 && bytes[0] != (talk->stage == SOCKS_PASSWORD ? 1 : SOCKS_VERSION)) {
        return fail(answer, "proxy speaks no SOCKS5");
    }
    if (len < 2) {
        return PROXY_WAITS;
    }
    if (talk->stage == SOCKS_REQUEST) {
        return take_reply(bytes, len, used, answer);
    }
    *used += 2;
    if (talk->stage == SOCKS_METHOD) {
        return take_method(talk, bytes[1], answer);
    }
    return bytes[1] == 0 ? say_request(talk, answer) : fail(answer, "proxy refuses the password");
}

void proxy_talk_begin(struct proxy_talk *talk, const struct proxy *proxy, const struct url *url,
                      struct proxy_answer *answer) {
    *talk = (struct proxy_talk){.proxy = proxy, .url = url, .stage = SOCKS_METHOD};
    *answer = (struct proxy_answer){.out_len = 0};
    if (proxy->kind == PROXY_CONNECT) {
        say_connect(talk, answer);
    } else {
        say_methods(proxy, answer);
    }
}

enum proxy_step proxy_talk_take(struct proxy_talk *talk, const char *bytes, size_t len,
                                size_t *used, struct proxy_answer *answer) {
    *used = 0;
    answer->out_len = 0;
    answer->reason[0] = '\0';
    if (talk->proxy->kind == PROXY_CONNECT) {
        return take_connect(talk, bytes, len, used, answer);
    }
    return take_socks(talk, (const unsigned char *)bytes, len, used, answer);
}
