/* archive/event_text.h - appending to an event_text (archive/event_lines.h); inside this room only.
 *
 * Thread: any, one text one thread.  All: false if out of memory. */
#pragma once

#include "archive/event_lines.h"
#include "market/decimal.h"

bool event_text_put_part(struct event_text *text, const char *part);
/* As a JSON string, with its quotes. Bytes above 0x7f pass as they are. */
bool event_text_put_string(struct event_text *text, const char *string, size_t len);
/* A number behind lead. */
bool event_text_put_decimal(struct event_text *text, const char *lead, struct decimal value);
bool event_text_put_integer(struct event_text *text, const char *lead, int64_t value);
/* The fewest digits that read back the same. False also where value is not finite. */
bool event_text_put_double(struct event_text *text, const char *lead, double value);
