#include "net/trust.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/ws_client.h"

enum status trust_init(struct trust *trust, const char *ca_file) {
    *trust = (struct trust){.context = SSL_CTX_new(TLS_client_method())};
    if (trust->context == NULL) {
        return STATUS_MEMORY;
    }
    SSL_CTX_set_min_proto_version(trust->context, TLS1_2_VERSION);
    SSL_CTX_set_verify(trust->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(trust->context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(trust->context, SSL_SESS_CACHE_OFF);
    /* One read of the socket takes in many small records. */
    SSL_CTX_set_read_ahead(trust->context, 1);
    SSL_CTX_set_default_read_buffer_len(trust->context, WS_BUFFER_BYTES);
    bool ok = ca_file == NULL || SSL_CTX_load_verify_locations(trust->context, ca_file, NULL) == 1;
    ERR_clear_error();
    if (!ok) {
        trust_finish(trust);
        return STATUS_IO;
    }
    return STATUS_OK;
}

void trust_finish(struct trust *trust) {
    SSL_CTX_free(trust->context);
    *trust = (struct trust){0};
}

SSL *trust_connect(struct trust *trust, int fd, const char *host, bool numeric) {
    if (!trust->system_loaded) {
        /* A missing store is no failure here: connections then fail, each with its reason. */
        (void)SSL_CTX_set_default_verify_paths(trust->context);
        ERR_clear_error();
        trust->system_loaded = true;
    }
    SSL *ssl = SSL_new(trust->context);
    if (ssl == NULL) {
        return NULL;
    }
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    int named = numeric ? X509_VERIFY_PARAM_set1_ip_asc(param, host)
                        : X509_VERIFY_PARAM_set1_host(param, host, 0) &&
                              (int)SSL_set_tlsext_host_name(ssl, host);
    if (named != 1 || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_connect_state(ssl);
    return ssl;
}

const char *trust_objection(const SSL *ssl) {
    long verdict = SSL_get_verify_result(ssl);
    return verdict == X509_V_OK ? NULL : X509_verify_cert_error_string(verdict);
}
