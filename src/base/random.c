/* xoshiro256++ of Blackman and Vigna (2019), seeded by splitmix64; distributions on base/math
 * alone, so that a seed gives the same market on every machine. */
#include "base/random.h"

#include <assert.h>
#include <math.h>

#include "base/math.h"

static uint64_t rotate_left(uint64_t x, int bits) {
    return (x << bits) | (x >> (64 - bits));
}

void random_init(struct random *random, uint64_t seed) {
    *random = (struct random){0};
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        random->s[i] = z ^ (z >> 31);
    }
}

uint64_t random_u64(struct random *random) {
    uint64_t *s = random->s;
    const uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double random_uniform(struct random *random) {
    return (double)(random_u64(random) >> 11) * 0x1p-53;
}

double random_normal(struct random *random) {
    if (random->has_spare) {
        random->has_spare = 0;
        return random->normal_spare;
    }
    /* Marsaglia's polar method: a point uniform in the unit disc gives two normals. */
    double u = 0;
    double v = 0;
    double r2 = 0;
    do {
        u = 2 * random_uniform(random) - 1;
        v = 2 * random_uniform(random) - 1;
        r2 = u * u + v * v;
    } while (r2 >= 1 || r2 == 0);
    const double scale = sqrt(-2 * math_log(r2) / r2);
    random->normal_spare = v * scale;
    random->has_spare = 1;
    return u * scale;
}

double random_exponential(struct random *random) {
    return -math_log(1 - random_uniform(random)); /* 1 - u is in (0, 1] */
}

/* ln k! by a table below 10 and Stirling's series from there (error below 1e-10). */
static double log_factorial(double k) {
    static const double small[] = {1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880};
    if (k < 10) {
        return math_log(small[(int)k]);
    }
    const double half_log_two_pi = 0.91893853320467274178;
    const double n = k + 1;
    return (n - 0.5) * math_log(n) - n + half_log_two_pi + 1 / (12 * n) - 1 / (360 * n * n * n) +
           1 / (1260 * n * n * n * n * n);
}

/* Counting unit-rate arrivals up to `mean`. */
static int poisson_small(struct random *random, double mean) {
    int count = 0;
    for (double at = random_exponential(random); at < mean; at += random_exponential(random)) {
        count++;
    }
    return count;
}

/* Hoermann's transformed rejection (PTRS, 1993), for means of ten and more. */
static int poisson_large(struct random *random, double mean) {
    const double b = 0.931 + 2.53 * sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double v_r = 0.9277 - 3.6224 / (b - 2);
    const double log_mean = math_log(mean);
    for (;;) {
        const double u = random_uniform(random) - 0.5;
        const double v = 1 - random_uniform(random); /* (0, 1] */
        const double us = 0.5 - fabs(u);
        if (us < 0.013 && v > us) {
            continue;
        }
        const double k = floor((2 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= v_r) {
            return (int)k;
        }
        if (k < 0) {
            continue;
        }
        const double left = math_log(v) + math_log(inverse_alpha) - math_log(a / (us * us) + b);
        if (left <= k * log_mean - mean - log_factorial(k)) {
            return (int)k;
        }
    }
}

int random_poisson(struct random *random, double mean) {
    assert(mean >= 0);
    assert(mean <= 1e6);
    return mean < 10 ? poisson_small(random, mean) : poisson_large(random, mean);
}
