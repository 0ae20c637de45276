/* config/option_parse.h - from the text of a value to the value.  Thread: any.  Used by
 * option_table alone. */
#pragma once

#include "config/option_table.h"

/* Fill the typed fields of value from value->text, by row's kind and limits. False: error says
 * `"text": what is wrong; what was expected`. */
bool option_parse(const struct option_row *row, struct option_value *value,
                  char error[OPTION_ERROR_BYTES]);
