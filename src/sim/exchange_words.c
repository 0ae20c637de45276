/* Pieces of text that the dialects of the simulated exchange share. */
#include "base/str.h"
#include "sim/exchange_dialect.h"
#include "sim/market.h"

void exchange_put_text(struct wire *out, const char *before, const char *text) {
    wire_text(out, before);
    wire_text(out, "\"");
    wire_text(out, text);
    wire_text(out, "\"");
}

void exchange_put_integer(struct wire *out, const char *before, int64_t value) {
    wire_text(out, before);
    wire_integer(out, value);
}

void exchange_put_fixed_number(struct wire *out, const char *before, int64_t value, int places) {
    wire_text(out, before);
    wire_fixed(out, value, places);
}

void exchange_put_fixed(struct wire *out, const char *before, int64_t value, int places) {
    wire_text(out, before);
    exchange_put_fixed_number(out, "\"", value, places);
    wire_text(out, "\"");
}

void exchange_put_rounded_number(struct wire *out, const char *before, double value, int places) {
    wire_text(out, before);
    wire_rounded(out, value, places);
}

void exchange_put_rounded(struct wire *out, const char *before, double value, int places) {
    wire_text(out, before);
    exchange_put_rounded_number(out, "\"", value, places);
    wire_text(out, "\"");
}

void exchange_put_echo(struct wire *out, const struct tree *value) {
    char number[32];
    if (tree_text(value) != NULL) {
        wire_quoted(out, tree_text(value));
    } else if (tree_number_text(value, number, sizeof number)) {
        wire_text(out, number);
    } else {
        wire_text(out, "null");
    }
}

void exchange_put_uuid(struct wire *out, const char *before, int64_t number) {
    char text[40];
    (void)str_format(text, sizeof text, "00000000-0000-4000-8000-%012llx",
                     (unsigned long long)number & 0xffffffffffffULL);
    exchange_put_text(out, before, text);
}

int64_t exchange_contracts(int64_t price_ticks, int64_t lots, int contract_usd) {
    double usd = (double)price_ticks * (double)lots * MARKET_TICK * MARKET_LOT;
    return lots == 0 ? 0 : (int64_t)(usd / contract_usd) + 1;
}
