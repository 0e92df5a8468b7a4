/* What every C peer shares: the clock and the line protocol of the bench runner.
 *
 * A peer prints "ready" and a description, then answers each line "run N" with one line of nanoseconds:
 * one figure (the mean of N operations) or N figures (one an operation), separated by spaces.
 * It ends when its standard input closes, and takes its own children with it. */
#ifndef PLAIT_PEER_H
#define PLAIT_PEER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t peer_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

_Noreturn static inline void peer_fail(const char *what)
{
    perror(what);
    exit(1);
}

static inline void peer_ready(const char *description)
{
    printf("ready %s\n", description);
    fflush(stdout);
}

/* The number of operations asked for, or 0 when the runner is gone. A malformed line is the runner's bug: say so and stop. */
static inline long peer_next(void)
{
    char line[64];
    long count;
    if (!fgets(line, sizeof line, stdin))
        return 0;
    if (sscanf(line, "run %ld", &count) != 1 || count < 1 || count > 100000000) {
        fprintf(stderr, "expected \"run N\" with N in 1..100000000, got: %s\n", line);
        exit(2);
    }
    return count;
}

#endif
