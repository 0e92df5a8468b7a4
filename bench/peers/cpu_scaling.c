/* The time that CPU-bound work takes on two processes, as a share of the time on one: 0.5 where the second core is whole.
 *
 * cpu_scaling PIECES UNITS
 *
 * A piece is UNITS steps of arithmetic; PIECES of them are taken one by one from a shared counter, first by one process,
 * then by two, so that a process that loses its core to others leaves more to the other one. One operation is one such pair. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "peer.h"

struct shared {
    atomic_long next;
    atomic_ulong sum;
};

static uint64_t spin(long units)
{
    uint64_t value = 88172645463325252u;
    for (long i = 0; i < units; i++) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    return value;
}

_Noreturn static void be_worker(pid_t parent, struct shared *shared, long pieces, long units)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    uint64_t sum = 0;
    while (atomic_fetch_add(&shared->next, 1) < pieces)
        sum += spin(units);
    atomic_fetch_add(&shared->sum, sum);
    _exit(0);
}

static double run(struct shared *shared, int workers, long pieces, long units)
{
    atomic_store(&shared->next, 0);
    atomic_store(&shared->sum, 0);
    pid_t parent = getpid(), children[2];
    uint64_t start = peer_now();
    for (int i = 0; i < workers; i++) {
        children[i] = fork();
        if (children[i] < 0)
            peer_fail("fork");
        if (children[i] == 0)
            be_worker(parent, shared, pieces, units);
    }
    for (int i = 0; i < workers; i++) {
        int status;
        while (waitpid(children[i], &status, 0) != children[i]) {
            if (errno != EINTR)
                peer_fail("waitpid");
        }
        if (status != 0) {
            fprintf(stderr, "a worker ended with wait status %d\n", status);
            exit(1);
        }
    }
    double taken = (double)(peer_now() - start);
    if (atomic_load(&shared->sum) != spin(units) * (uint64_t)pieces) {
        fprintf(stderr, "the workers did not do all the work\n");
        exit(1);
    }
    return taken;
}

int main(int argc, char **argv)
{
    long pieces = argc == 3 ? atol(argv[1]) : 0, units = argc == 3 ? atol(argv[2]) : 0;
    if (pieces < 1 || pieces > 1000000 || units < 1) {
        fprintf(stderr, "usage: cpu_scaling PIECES(1..1000000) UNITS(1..)\n");
        return 2;
    }
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        peer_fail("mmap");

    peer_ready("C, two processes against one");
    for (long count; (count = peer_next()) > 0;) {
        for (long i = 0; i < count; i++) {
            double one = run(shared, 1, pieces, units);
            printf("%s%.6f", i == 0 ? "" : " ", run(shared, 2, pieces, units) / one);
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
