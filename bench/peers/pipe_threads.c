/* Two threads hand a byte to and fro through two pipes: what it costs to let another thread run and to wait for one's turn.
 *
 * pipe_threads
 *
 * One operation is one hand-off: half of a round trip. */
#include <pthread.h>
#include <unistd.h>
#include "peer.h"

static int there[2], back[2];

static void hand(const int *pipe, int thread_takes)
{
    char turn = 1;
    ssize_t done = thread_takes ? read(pipe[0], &turn, 1) : write(pipe[1], &turn, 1);
    if (done != 1)
        peer_fail("pipe");
}

static void *answer(void *unused)
{
    (void)unused;
    for (;;) {
        hand(there, 1);
        hand(back, 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t partner;
    if (pipe(there) != 0 || pipe(back) != 0)
        peer_fail("pipe");
    if (pthread_create(&partner, NULL, answer, NULL) != 0)
        peer_fail("pthread_create");
    peer_ready("C, two threads and two pipes");
    for (long count; (count = peer_next()) > 0;) {
        uint64_t start = peer_now();
        for (long i = 0; i < count; i += 2) {
            hand(there, 0);
            hand(back, 1);
        }
        printf("%.1f\n", (double)(peer_now() - start) / (double)((count + 1) / 2 * 2));
        fflush(stdout);
    }
    return 0;
}
