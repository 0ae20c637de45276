/* base/number.h - numbers as people read them, the same everywhere.  Thread: any; pure.
 * Every function writes a terminated text and returns it. */
#pragma once

#include <stdint.h>

enum { NUMBER_TEXT_BYTES = 40 };

/* "$12.3M": three significant figures, k M B T. "$0" for 0; "–" if not finite. */
const char *number_format_usd(double usd, char out[NUMBER_TEXT_BYTES]);
/* "115.9k", "1.235B": four significant figures of an amount of coins. "–" if not finite. */
const char *number_format_amount(double amount, char out[NUMBER_TEXT_BYTES]);
/* The same without zeros behind the point, for round amounts: "$50k", "$2.5M". */
const char *number_format_usd_round(double usd, char out[NUMBER_TEXT_BYTES]);
/* "61,800.20": thousands separated, decimals 0..12 after the point; "–" if not finite. */
const char *number_format_price(double price, int decimals, char out[NUMBER_TEXT_BYTES]);
/* Digits after the point of a tick of mantissa x 10^exponent; mantissa 0 (unknown): enough for five
 * significant figures of price. */
int number_decimals_of_tick(int64_t mantissa, int exponent, double price);
/* "+0.0100 %" of a rate such as 0.0001; "–" if not finite. */
const char *number_format_rate(double rate, char out[NUMBER_TEXT_BYTES]);
/* "0.4 s", "12 s", "3 min", "5 h", "2 d"; negative counts as 0. */
const char *number_format_age(int64_t ms, char out[NUMBER_TEXT_BYTES]);
/* "24 h", "90 min", "3 d", "2 weeks", "3 months" (of 30 days), "1 year" (of 365) of a span; one
 * that is no whole number of those to its nearest "45 s", "75 min", "5 h", "41 d". */
const char *number_format_span(int64_t ms, char out[NUMBER_TEXT_BYTES]);
/* "1,234,567". */
const char *number_format_count(int64_t count, char out[NUMBER_TEXT_BYTES]);
