/* panel/match.h - finding what is meant by a few letters.  Thread: any; pure. */
#pragma once

/* How well query fits text: its letters, blanks left out, stand in text in their order (ASCII case
 * does not count). 0: they do not; else > 0, more where they begin words, follow one another, and
 * where text is short. An empty query fits everything equally. */
int match_score(const char *query, const char *text);
