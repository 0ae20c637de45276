#include "net/trust.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/ws_client.h"

SSL_CTX *trust_create(const char *ca_file, enum status *why) {
    *why = STATUS_MEMORY;
    SSL_CTX *trust = SSL_CTX_new(TLS_client_method());
    if (trust == NULL) {
        return NULL;
    }
    SSL_CTX_set_min_proto_version(trust, TLS1_2_VERSION);
    SSL_CTX_set_verify(trust, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(trust, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(trust, SSL_SESS_CACHE_OFF);
    /* One read of the socket takes in many small records. */
    SSL_CTX_set_read_ahead(trust, 1);
    SSL_CTX_set_default_read_buffer_len(trust, WS_BUFFER_BYTES);
    /* A missing system store is no failure here: connections then fail, each with its reason. */
    (void)SSL_CTX_set_default_verify_paths(trust);
    if (ca_file != NULL && SSL_CTX_load_verify_locations(trust, ca_file, NULL) != 1) {
        ERR_clear_error();
        SSL_CTX_free(trust);
        *why = STATUS_IO;
        return NULL;
    }
    ERR_clear_error();
    *why = STATUS_OK;
    return trust;
}

SSL *trust_connect(SSL_CTX *trust, int fd, const char *host, bool numeric) {
    SSL *ssl = SSL_new(trust);
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
