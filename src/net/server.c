#include "net/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "net/server_inside.h"
#include "net/service_inside.h"
#include "net/ws_client.h"

static const struct lws_protocols server_protocols[] = {
    {.name = "server", .callback = server_callback, .rx_buffer_size = WS_BUFFER_BYTES},
    {0},
};

static const struct lws_extension server_extensions[] = {
    {.name = "permessage-deflate",
     .callback = lws_extension_callback_pm_deflate,
     .client_offer = "permessage-deflate"},
    {0},
};

/* libwebsockets says only that it could not listen; this says why. */
static enum status server_try_bind(const char *address, int port) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    const void *to = &v4;
    socklen_t to_len = sizeof(v4);
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        to = &v6;
        to_len = sizeof(v6);
    } else if (inet_pton(AF_INET, address, &v4.sin_addr) != 1) {
        return STATUS_IO;
    }
    int fd = socket(to == &v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return STATUS_IO;
    }
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    bool ok = bind(fd, to, to_len) == 0 && listen(fd, 1) == 0;
    enum status status = ok ? STATUS_OK : errno == EADDRINUSE ? STATUS_BUSY : STATUS_IO;
    close(fd);
    return status;
}

static bool server_listen(struct net_server *server, const struct server_desc *desc) {
    struct lws_context_creation_info info = {
        .port = desc->port,
        .iface = server->address,
        .vhost_name = server->name,
        .protocols = server_protocols,
        .extensions = desc->no_deflate ? NULL : server_extensions,
        .alpn = "http/1.1",
        .timeout_secs = SERVER_TIMEOUT_S,
        .keepalive_timeout = SERVER_TIMEOUT_S,
        .user = server,
        .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
    };
    if (strchr(server->address, ':') == NULL) {
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    }
    if (server->cert_file[0] != '\0') {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = server->cert_file;
        info.ssl_private_key_filepath = server->key_file;
        /* Else it would read the system's store for a client that this vhost never is. */
        info.provided_client_ssl_ctx = server->service->trust.context;
    }
    server->vhost = lws_create_vhost(server->service->context, &info);
    return server->vhost != NULL;
}

/* Certificate and key as libwebsockets is going to use them: it does not tell a bad file from other
 * failures. */
static bool server_check_tls(const struct net_server *server) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool ok = context != NULL &&
              SSL_CTX_use_certificate_chain_file(context, server->cert_file) == 1 &&
              SSL_CTX_use_PrivateKey_file(context, server->key_file, SSL_FILETYPE_PEM) == 1 &&
              SSL_CTX_check_private_key(context) == 1;
    SSL_CTX_free(context);
    return ok;
}

struct net_server *server_create(struct net_service *service, const struct server_desc *desc,
                                 enum status *why) {
    static atomic_int serial;
    service_assert(service);
    assert(desc->ops != NULL);
    assert((desc->cert_file == NULL) == (desc->key_file == NULL));
    *why = STATUS_MEMORY;
    struct net_server *server = service->closing ? NULL : calloc(1, sizeof(*server));
    if (server == NULL) {
        return NULL;
    }
    server->service = service;
    server->ops = desc->ops;
    server->user = desc->user;
    server->accept_delay_ms = desc->accept_delay_ms;
    server->no_deflate = desc->no_deflate;
    bool tls = desc->cert_file != NULL;
    bool fits =
        str_copy(server->address, sizeof(server->address),
                 desc->bind_address != NULL ? desc->bind_address : "127.0.0.1") &&
        str_copy(server->cert_file, sizeof(server->cert_file), tls ? desc->cert_file : "") &&
        str_copy(server->key_file, sizeof(server->key_file), tls ? desc->key_file : "") &&
        str_copy(server->header, sizeof(server->header),
                 desc->header != NULL ? desc->header : "") &&
        /* relaxed: only has to differ */
        str_format(server->name, sizeof(server->name), "server-%d",
                   atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed));
    *why = fits && (!tls || server_check_tls(server)) ? STATUS_OK : STATUS_IO;
    if (*why == STATUS_OK) {
        *why = server_try_bind(server->address, desc->port);
    }
    if (*why == STATUS_OK && !server_listen(server, desc)) {
        *why = STATUS_IO;
    }
    if (*why != STATUS_OK) {
        free(server);
        return NULL;
    }
    server->next = service->servers;
    if (server->next != NULL) {
        server->next->previous = server;
    }
    service->servers = server;
    return server;
}

int server_port(const struct net_server *server) {
    return lws_get_vhost_listen_port(server->vhost);
}

void server_destroy(struct net_server *server) {
    if (server == NULL) {
        return;
    }
    struct net_service *service = server->service;
    while (server->conns != NULL) {
        server_conn_drop(server->conns);
    }
    while (server->answers != NULL) {
        server_answer_drop(server->answers);
    }
    if (server->previous != NULL) {
        server->previous->next = server->next;
    } else {
        service->servers = server->next;
    }
    if (server->next != NULL) {
        server->next->previous = server->previous;
    }
    /* The vhost lives on and names this object: libwebsockets 4.1.6 gives one back only with its
     * context. */
    server->destroyed = true;
    server->next = service->server_graves;
    service->server_graves = server;
}

void server_free_graves(struct net_service *service) {
    while (service->server_graves != NULL) {
        struct net_server *server = service->server_graves;
        service->server_graves = server->next;
        free(server);
    }
}
