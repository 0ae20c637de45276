/* base/random.h - seeded random numbers, the same on every machine (xoshiro256++).  Thread:
 * owner's. */
#pragma once

#include <stdint.h>

struct random {
    uint64_t s[4];
    double normal_spare; /* second value of the polar method */
    int has_spare;
};

void random_init(struct random *random, uint64_t seed);
uint64_t random_u64(struct random *random);
double random_uniform(struct random *random);           /* [0, 1) */
double random_normal(struct random *random);            /* mean 0, deviation 1 */
double random_exponential(struct random *random);       /* mean 1 */
int random_poisson(struct random *random, double mean); /* mean 0 .. 1e6 */
