/* base/status.h - what went wrong, one list of codes and texts.
 *
 * Thread: any.  bool where failure has one meaning, enum status where the caller must choose. */
#pragma once

#define STATUS_LIST(X)                                                                             \
    X(OK, "ok")                                                                                    \
    X(MALFORMED, "not the documented shape")                                                       \
    X(UNKNOWN, "not a known kind, side, unit or symbol")                                           \
    X(IGNORED, "understood and not wanted")                                                        \
    X(GAP, "sequence gap")                                                                         \
    X(FULL, "no room left")                                                                        \
    X(RANGE, "outside the valid range")                                                            \
    X(MEMORY, "out of memory")                                                                     \
    X(IO, "input or output failed")                                                                \
    X(NOT_FOUND, "not found")                                                                      \
    X(REFUSED, "refused by the peer")                                                              \
    X(UNTRUSTED, "certificate not trusted")                                                        \
    X(TIMEOUT, "timed out")                                                                        \
    X(CLOSED, "closed")                                                                            \
    X(BUSY, "already in use")                                                                      \
    X(UNSUPPORTED, "not supported here")                                                           \
    X(CANCELLED, "cancelled")                                                                      \
    X(END, "no more data")

enum status {
#define STATUS_ENUM(name, text) STATUS_##name,
    STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
        STATUS_COUNT
};

/* The text of a status; "invalid status" outside the list. Never NULL, static storage. */
const char *status_text(enum status status);
