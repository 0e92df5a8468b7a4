/* From a store into shared memory and a futex wake to the moment at which the woken process has seen it, after 20 ms in which
 * both were idle: the floor of waking anybody up on this machine. One operation is a wake. */
#define _GNU_SOURCE
#include "peer_futex.h"

struct shared {
    _Alignas(128) _Atomic uint32_t sent;   /* written by the caller: number of the last wake */
    uint64_t when;                         /* written by the caller before it: the time of it */
    _Alignas(128) _Atomic uint32_t seen;   /* written by the partner: number of the last wake seen */
    uint64_t taken;                        /* written by the partner before it: how long that took */
};

_Noreturn static void serve(struct shared *shared)
{
    for (uint32_t number = 0;; number++) {
        peer_wait_while(&shared->sent, number);
        shared->taken = peer_now() - shared->when;
        peer_publish(&shared->seen, number + 1, 1);
    }
}

int main(void)
{
    struct shared *shared = peer_shared(sizeof *shared);
    pid_t child = peer_fork();
    if (child == 0)
        serve(shared);

    peer_ready("C futex wake, after 20 ms");
    uint32_t number = 0;
    for (long count; (count = peer_next()) > 0;) {
        for (long i = 0; i < count; i++, number++) {
            struct timespec idle = { 0, 20000000 };
            while (nanosleep(&idle, &idle) != 0 && errno == EINTR) {
            }

            shared->when = peer_now();
            peer_publish(&shared->sent, number + 1, 1);
            peer_wait_while(&shared->seen, number);
            printf("%s%llu", i == 0 ? "" : " ", (unsigned long long)shared->taken);
        }

        printf("\n");
        fflush(stdout);
    }

    kill(child, SIGKILL);
    return 0;
}
