/* window/chime_wave.c - bells by their partials.
 *
 * A chime is a few strokes; a stroke of pitch f begun at t0 sounds, t seconds after it, as
 *
 *     s(t) = attack(t) x sum over k of a_k sin(2 pi r_k f t) exp(-t / (d_k T))
 *
 * with the partials' ratios r_k of a struck bar (1, 2.76, 5.40: roots of the free bar's equation,
 * Fletcher & Rossing, The Physics of Musical Instruments, 2.17) and an octave for warmth; high
 * partials are quieter and die first, as they do in metal. attack rises as half a cosine in
 * ATTACK_S so that nothing clicks; the last FADE_S of the whole go to zero the same way. The sum is
 * scaled to CHIME_WAVE_PEAK. Pitches are of one pentatonic scale, so that two chimes at once do not
 * jar.
 *
 * Quick and urgent means more and shorter strokes, not more loudness; bad news falls, news that
 * calls for a look rises. */
#include "window/chime_wave.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

enum { STROKE_MAX = 4 };
#define ATTACK_S 0.006
#define FADE_S   0.08
#define TWO_PI   6.283185307179586

/* Hertz, equal temperament, A4 = 440. */
#define NOTE_A3 220.0
#define NOTE_D4 293.665
#define NOTE_A4 440.0
#define NOTE_D5 587.33
#define NOTE_E5 659.255
#define NOTE_A5 880.0

struct stroke {
    double at_s, hz, weight;
};

struct score {
    double ring_s, length_s; /* how long a stroke rings; the whole */
    int count;
    struct stroke strokes[STROKE_MAX];
};

static const struct score scores[] = {
    [CHIME_NONE] = {0},
    [CHIME_BELL] = {0.50, 1.4, 1, {{0, NOTE_D5, 1}}},
    [CHIME_NEAR] = {0.40, 1.3, 2, {{0, NOTE_D5, 0.8}, {0.16, NOTE_A5, 1}}},
    [CHIME_SWEPT] = {0.45, 1.6, 3, {{0, NOTE_A5, 0.9}, {0.15, NOTE_E5, 0.95}, {0.30, NOTE_A4, 1}}},
    [CHIME_BURST] = {0.14,
                     0.9,
                     4,
                     {{0, NOTE_A4, 1}, {0.1, NOTE_A4, 0.85}, {0.2, NOTE_A4, 1}, {0.3, NOTE_D5, 1}}},
    [CHIME_SILENT] = {0.60, 1.8, 2, {{0, NOTE_D4, 1}, {0.35, NOTE_A3, 1}}},
};
static_assert(ARRAY_COUNT(scores) == CHIME_COUNT, "a score per chime");

static const struct {
    double ratio, weight, ring;
} partials[] = {{1, 1, 1}, {2, 0.35, 0.7}, {2.756, 0.18, 0.4}, {5.404, 0.06, 0.2}};

static double rise(double t, double length) {
    return t >= length ? 1 : 0.5 - 0.5 * cos(TWO_PI / 2 * t / length);
}

static double sound_of_stroke(const struct stroke *stroke, double ring_s, double t) {
    double sum = 0;
    if (t < 0) {
        return 0;
    }
    for (size_t k = 0; k < ARRAY_COUNT(partials); k++) {
        sum += partials[k].weight * sin(TWO_PI * partials[k].ratio * stroke->hz * t) *
               exp(-t / (partials[k].ring * ring_s));
    }
    return sum * stroke->weight * rise(t, ATTACK_S);
}

size_t chime_wave_make(enum chime chime, float out[CHIME_WAVE_SAMPLE_MAX]) {
    assert(chime < CHIME_COUNT);
    const struct score *score = &scores[chime];
    size_t count = (size_t)(score->length_s * CHIME_WAVE_HZ);
    assert(count <= CHIME_WAVE_SAMPLE_MAX);
    float peak = 0;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / CHIME_WAVE_HZ;
        double sum = 0;
        for (int s = 0; s < score->count; s++) {
            sum += sound_of_stroke(&score->strokes[s], score->ring_s, t - score->strokes[s].at_s);
        }
        out[i] = (float)(sum * rise(score->length_s - t, FADE_S));
        peak = fmaxf(peak, fabsf(out[i]));
    }
    for (size_t i = 0; i < count; i++) {
        out[i] *= CHIME_WAVE_PEAK / peak;
    }
    return count;
}
