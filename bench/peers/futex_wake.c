/* From a store into shared memory and a futex wake to the moment at which the woken process has seen it, after 20 ms in which
 * both were idle: the floor of waking anybody up on this machine. One operation is a wake. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "peer.h"

struct shared {
    _Alignas(128) _Atomic uint32_t sent;   /* written by the caller: number of the last wake */
    uint64_t when;                         /* written by the caller before it: the time of it */
    _Alignas(128) _Atomic uint32_t seen;   /* written by the partner: number of the last wake seen */
    uint64_t taken;                        /* written by the partner before it: how long that took */
};

static void wait_while(_Atomic uint32_t *word, uint32_t last)
{
    while (atomic_load_explicit(word, memory_order_acquire) == last) {
        if (syscall(SYS_futex, word, FUTEX_WAIT, last, NULL, NULL, 0) != 0 && errno != EAGAIN && errno != EINTR)
            peer_fail("futex wait");
    }
}

static void publish(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_release);
    if (syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
        peer_fail("futex wake");
}

_Noreturn static void serve(struct shared *shared)
{
    for (uint32_t number = 0;; number++) {
        wait_while(&shared->sent, number);
        shared->taken = peer_now() - shared->when;
        publish(&shared->seen, number + 1);
    }
}

int main(void)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        peer_fail("mmap");

    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0)
        peer_fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        serve(shared);
    }

    peer_ready("C futex wake, after 20 ms");
    uint32_t number = 0;
    for (long count; (count = peer_next()) > 0;) {
        for (long i = 0; i < count; i++, number++) {
            struct timespec idle = { 0, 20000000 };
            while (nanosleep(&idle, &idle) != 0 && errno == EINTR) {
            }

            shared->when = peer_now();
            publish(&shared->sent, number + 1);
            wait_while(&shared->seen, number);
            printf("%s%llu", i == 0 ? "" : " ", (unsigned long long)shared->taken);
        }

        printf("\n");
        fflush(stdout);
    }

    kill(child, SIGKILL);
    return 0;
}
