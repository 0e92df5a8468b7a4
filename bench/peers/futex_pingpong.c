/* Two processes hand a word to and fro through shared memory: the floor of a call into another process and back.
 *
 * futex_pingpong sleep   each side sleeps in futex() at once, without spinning
 * futex_pingpong spin    each side spins on the word; the partner sleeps between batches, so it costs others nothing
 *
 * One operation is a round trip: a request and its answer. */
#define _GNU_SOURCE
#include <string.h>
#include "peer_futex.h"

struct shared {
    _Alignas(128) _Atomic uint32_t request;  /* written by the caller: number of the last call */
    _Alignas(128) _Atomic uint32_t answer;   /* written by the partner: number of the last answered call */
    _Alignas(128) _Atomic uint32_t batch;    /* written by the caller: number of the last batch opened */
    _Atomic uint32_t calls;                  /* written by the caller before it opens a batch: calls in it */
};

static void spin_while(_Atomic uint32_t *word, uint32_t seen)
{
    while (atomic_load_explicit(word, memory_order_acquire) == seen)
        __builtin_ia32_pause();
}

static void round_trip(struct shared *shared, uint32_t *call, int sleeping)
{
    peer_publish(&shared->request, *call + 1, sleeping);
    sleeping ? peer_wait_while(&shared->answer, *call) : spin_while(&shared->answer, *call);
    ++*call;
}

_Noreturn static void serve(struct shared *shared, int sleeping)
{
    uint32_t batch = 0, call = 0;
    for (;;) {
        peer_wait_while(&shared->batch, batch++);
        for (uint32_t left = atomic_load_explicit(&shared->calls, memory_order_relaxed); left > 0; left--) {
            sleeping ? peer_wait_while(&shared->request, call) : spin_while(&shared->request, call);
            peer_publish(&shared->answer, ++call, sleeping);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || (strcmp(argv[1], "sleep") != 0 && strcmp(argv[1], "spin") != 0)) {
        fprintf(stderr, "usage: futex_pingpong sleep|spin\n");
        return 2;
    }

    int sleeping = strcmp(argv[1], "sleep") == 0;
    struct shared *shared = peer_shared(sizeof *shared);
    pid_t child = peer_fork();
    if (child == 0)
        serve(shared, sleeping);

    peer_ready(sleeping ? "C futex ping-pong, both asleep" : "C ping-pong, both spinning");
    uint32_t batch = 0, call = 0;
    for (long count; (count = peer_next()) > 0;) {
        /* One call more than is timed: the first one waits for the partner to wake up from its sleep between batches. */
        atomic_store_explicit(&shared->calls, (uint32_t)count + 1, memory_order_relaxed);
        peer_publish(&shared->batch, ++batch, 1);
        round_trip(shared, &call, sleeping);
        uint64_t start = peer_now();
        for (long i = 0; i < count; i++)
            round_trip(shared, &call, sleeping);
        printf("%.1f\n", (double)(peer_now() - start) / (double)count);
        fflush(stdout);
    }

    kill(child, SIGKILL);
    return 0;
}
