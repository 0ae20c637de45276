/* Fuzzy match: the letters of a query, in order, inside a text.
 *
 * Problem: of a few hundred names the one that is meant should come first, from a few letters typed
 * in haste: "togle", "pn", "hide ven".
 *
 * Idea: the best way of placing the query's letters in the text, by a table: best[i][j] is the most
 * that the first i letters are worth with letter i on place j.  A letter is worth LETTER, more at
 * the begin of a word (WORD) or right after the one before it (NEXT); places jumped over cost GAP
 * each, up to GAP_MOST.  A text that is longer than another is worth a little less, so that of
 * equal ones the shorter comes first.  Everything is O(query x text), both bounded.
 *
 * When it is wrong: letters in another order do not match at all, which people see at once. */
#include "panel/match.h"

#include <stdbool.h>
#include <string.h>

enum {
    QUERY_MAX = 32,
    TEXT_MAX = 160,
    LETTER = 16,
    WORD = 24,
    NEXT = 28,
    FIRST = 8,
    GAP = 1,
    GAP_MOST = 10,
    IMPOSSIBLE = -1
};

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool is_word_begin(const char *text, int at) {
    return at == 0 || strchr(" -_/:.,", text[at - 1]) != NULL;
}

static int letters_of(const char *query, char out[QUERY_MAX]) {
    int count = 0;
    for (; *query != '\0' && count < QUERY_MAX; query++) {
        if (*query != ' ') {
            out[count++] = lower(*query);
        }
    }
    return count;
}

int match_score(const char *query, const char *text) {
    char letters[QUERY_MAX];
    int best[2][TEXT_MAX]; /* of the letter before, and of this one */
    int count = letters_of(query, letters);
    size_t text_len = strlen(text);
    int len = text_len < TEXT_MAX ? (int)text_len : TEXT_MAX;
    if (count == 0) {
        return 1;
    }
    int whole = 0;
    for (int i = 0; i < count; i++) {
        int *now = best[i % 2];
        const int *before = best[(i + 1) % 2];
        whole = 0;
        for (int j = 0; j < len; j++) {
            now[j] = IMPOSSIBLE;
            if (lower(text[j]) != letters[i]) {
                continue;
            }
            int own = LETTER + (is_word_begin(text, j) ? WORD : 0) + (j == 0 ? FIRST : 0);
            int reach = i == 0 ? 0 : IMPOSSIBLE;
            for (int k = 0; i > 0 && k < j; k++) {
                int gap = j - k - 1;
                int cost = gap * GAP < GAP_MOST ? gap * GAP : GAP_MOST;
                int worth = before[k] + (gap == 0 ? NEXT : -cost);
                reach = before[k] > 0 && worth > reach ? worth : reach;
            }
            now[j] = reach >= 0 ? reach + own : IMPOSSIBLE;
            whole = now[j] > whole ? now[j] : whole;
        }
    }
    int longer = len / 8;
    return whole > 0 ? (whole > longer ? whole - longer + 1 : 1) : 0;
}
