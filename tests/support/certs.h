/* support/certs.h - certificates for tests, made when they run: a private authority and what it
 * signs, good and bad.
 *
 * Thread: any.  certs_create writes into a new folder under /tmp:
 *
 *     ca.pem                      the authority (give it to the client)
 *     good.pem      good.key      for 127.0.0.1, ::1, localhost and *.example.test
 *     expired.pem   expired.key   the same, valid until yesterday
 *     future.pem    future.key    the same, valid from tomorrow
 *     wrong.pem     wrong.key     for elsewhere.test
 *     foreign.pem   foreign.key   for the same names, signed by itself
 *     stranger.pem  stranger.key  for the same names, signed by an authority that nobody knows */
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CERTS_DIR_BYTES = 64, CERTS_PATH_BYTES = 128 };

struct certs {
    char dir[CERTS_DIR_BYTES];
};

static const char *const certs_names[] = {"ca",    "good",    "expired",  "future",
                                          "wrong", "foreign", "stranger", "unknown"};

struct certs_wish {
    const char *name, *alt_names;
    long from_day, to_day; /* relative to now */
    X509 *issuer;          /* NULL: itself */
    EVP_PKEY *issuer_key;
    bool authority;
};

/* "<dir>/<name>.<suffix>" */
static inline const char *certs_path(const struct certs *certs, const char *name,
                                     const char *suffix, char out[static CERTS_PATH_BYTES]) {
    (void)snprintf(out, CERTS_PATH_BYTES, "%s/%s.%s", certs->dir, name, suffix);
    return out;
}

static inline bool certs_extend(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static inline bool certs_write(const struct certs *certs, const char *name, X509 *cert,
                               EVP_PKEY *key) {
    char path[CERTS_PATH_BYTES];
    FILE *file = fopen(certs_path(certs, name, "pem", path), "w");
    bool ok = file != NULL && PEM_write_X509(file, cert) == 1;
    if (file != NULL) {
        (void)fclose(file);
    }
    file = fopen(certs_path(certs, name, "key", path), "w");
    ok = ok && file != NULL && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (file != NULL) {
        (void)fclose(file);
    }
    return ok;
}

/* The certificate and, if wanted, its key; both the caller's. */
static inline X509 *certs_make(const struct certs *certs, const struct certs_wish *wish,
                               EVP_PKEY **out_key) {
    static long serial = 1;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(cert), wish->from_day * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(cert), wish->to_day * 86400L);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)wish->name, -1, -1, 0);
    X509 *issuer = wish->issuer != NULL ? wish->issuer : cert;
    X509_set_issuer_name(cert, X509_get_subject_name(issuer));
    bool ok = certs_extend(cert, issuer, NID_basic_constraints,
                           wish->authority ? "critical,CA:TRUE" : "CA:FALSE") &&
              certs_extend(cert, issuer, NID_subject_key_identifier, "hash");
    if (wish->alt_names != NULL) {
        ok = ok && certs_extend(cert, issuer, NID_subject_alt_name, wish->alt_names);
    }
    EVP_PKEY *signer = wish->issuer_key != NULL ? wish->issuer_key : key;
    ok = ok && X509_sign(cert, signer, EVP_sha256()) > 0 &&
         certs_write(certs, wish->name, cert, key);
    if (out_key != NULL) {
        *out_key = key;
    } else {
        EVP_PKEY_free(key);
    }
    if (!ok) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

static inline bool certs_make_leaf(const struct certs *certs, const struct certs_wish *wish) {
    X509 *cert = certs_make(certs, wish, NULL);
    X509_free(cert);
    return cert != NULL;
}

static inline bool certs_create(struct certs *certs) {
    static const char names[] = "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:*.example.test";
    (void)snprintf(certs->dir, sizeof(certs->dir), "/tmp/liqscope-certs-XXXXXX");
    if (mkdtemp(certs->dir) == NULL) {
        return false;
    }
    EVP_PKEY *ca_key = NULL;
    EVP_PKEY *other_key = NULL;
    struct certs_wish authority = {.name = "ca", .from_day = -10, .to_day = 10, .authority = true};
    X509 *ca = certs_make(certs, &authority, &ca_key);
    authority.name = "unknown";
    X509 *other = certs_make(certs, &authority, &other_key);
    const struct certs_wish wishes[] = {
        {"good", names, -1, 10, ca, ca_key, false},
        {"expired", names, -9, -1, ca, ca_key, false},
        {"future", names, 1, 9, ca, ca_key, false},
        {"wrong", "DNS:elsewhere.test", -1, 10, ca, ca_key, false},
        {"foreign", names, -1, 10, NULL, NULL, false},
        {"stranger", names, -1, 10, other, other_key, false},
    };
    bool ok = ca != NULL && other != NULL;
    for (size_t i = 0; ok && i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        ok = certs_make_leaf(certs, &wishes[i]);
    }
    X509_free(ca);
    X509_free(other);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(other_key);
    return ok;
}

static inline void certs_remove(const struct certs *certs) {
    char path[CERTS_PATH_BYTES];
    for (size_t i = 0; i < sizeof(certs_names) / sizeof(certs_names[0]); i++) {
        (void)unlink(certs_path(certs, certs_names[i], "pem", path));
        (void)unlink(certs_path(certs, certs_names[i], "key", path));
    }
    (void)rmdir(certs->dir);
}
