/* A sleep until a moment, and how late it ends: the floor of anything that is to happen after a time.
 *
 * sleep_late MILLISECONDS */
#define _GNU_SOURCE
#include <errno.h>
#include "peer.h"

int main(int argc, char **argv)
{
    long milliseconds = argc == 2 ? atol(argv[1]) : 0;
    if (milliseconds < 1 || milliseconds > 10000) {
        fprintf(stderr, "usage: sleep_late MILLISECONDS(1..10000)\n");
        return 2;
    }

    peer_ready("C sleep for as long, how late it ends");
    for (long count; (count = peer_next()) > 0;) {
        for (long i = 0; i < count; i++) {
            uint64_t end = peer_now() + (uint64_t)milliseconds * 1000000u;
            struct timespec until = { (time_t)(end / 1000000000u), (long)(end % 1000000000u) };
            int error;
            while ((error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL)) == EINTR) { }
            if (error != 0) {
                errno = error;
                peer_fail("clock_nanosleep");
            }
            printf("%s%llu", i == 0 ? "" : " ", (unsigned long long)(peer_now() - end));
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
