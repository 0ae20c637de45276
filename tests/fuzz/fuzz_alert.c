/* Rules of [alerts]: any bytes are a rule or a complete refusal, and a rule reads the same again.
 */
#include <assert.h>
#include <string.h>

#include "control/alert_rule.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct alert_rule rule = {0};
    struct alert_rule again = {0};
    char error[ALERT_ERROR_BYTES] = "";
    const char *text = (const char *)data;
    if (!alert_rule_parse("fuzz", 4, text, size, &rule, error)) {
        assert(strncmp(error, "expected ", 9) == 0);
        return 0;
    }
    assert(rule.kind < ALERT_KIND_COUNT && rule.chime < CHIME_COUNT);
    assert(rule.threshold == rule.threshold && rule.every_ms >= 0 && rule.for_ms >= 0);
    bool same = alert_rule_parse("fuzz", 4, rule.text, strlen(rule.text), &again, error) &&
                again.kind == rule.kind && again.threshold == rule.threshold &&
                again.by == rule.by && again.span_ms == rule.span_ms;
    assert(same);
    /* As a name, too. */
    (void)alert_rule_parse(text, size, rule.text, strlen(rule.text), &again, error);
    return 0;
}
