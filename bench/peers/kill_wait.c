/* From kill(SIGKILL) to the return of waitpid: the floor of noticing that a worker died.
 *
 * kill_wait MEGABYTES THREADS
 *
 * The victim is made to cost the kernel what a small managed process costs: it has touched MEGABYTES of its own ordinary
 * pages and has THREADS extra sleeping threads. It is killed asleep. One operation is one victim; making it is not timed. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "peer.h"

static void *sleep_forever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

_Noreturn static void be_victim(pid_t parent, size_t bytes, int threads, int ready)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    madvise(memory, bytes, MADV_NOHUGEPAGE); /* a managed heap is mostly small pages, and those take time to give back */
    memset(memory, 1, bytes);
    for (int i = 0; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, sleep_forever, NULL) != 0)
            _exit(1);
    }
    if (write(ready, "", 1) != 1)
        _exit(1);
    sleep_forever(NULL);
    _exit(1);
}

static void wait_until_asleep(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    for (;;) {
        FILE *stat = fopen(path, "r");
        if (!stat)
            peer_fail(path);
        char *state = fgets(text, sizeof text, stat) ? strrchr(text, ')') : NULL;
        fclose(stat);
        if (!state)
            peer_fail(path);
        if (state[2] == 'S')
            return;
    }
}

static double kill_one(size_t bytes, int threads)
{
    int ready[2];
    if (pipe(ready) != 0)
        peer_fail("pipe");
    pid_t parent = getpid();
    pid_t victim = fork();
    if (victim < 0)
        peer_fail("fork");
    if (victim == 0)
        be_victim(parent, bytes, threads, ready[1]);

    close(ready[1]);
    char byte;
    if (read(ready[0], &byte, 1) != 1) {
        fprintf(stderr, "the victim ended before it was ready: no memory or no threads left\n");
        exit(1);
    }
    close(ready[0]);
    wait_until_asleep(victim);

    uint64_t start = peer_now();
    if (kill(victim, SIGKILL) != 0)
        peer_fail("kill");
    while (waitpid(victim, NULL, 0) != victim) {
        if (errno != EINTR)
            peer_fail("waitpid");
    }
    return (double)(peer_now() - start);
}

int main(int argc, char **argv)
{
    int megabytes = argc == 3 ? atoi(argv[1]) : 0, threads = argc == 3 ? atoi(argv[2]) : -1;
    if (megabytes < 1 || megabytes > 4096 || threads < 0 || threads > 1000) {
        fprintf(stderr, "usage: kill_wait MEGABYTES(1..4096) THREADS(0..1000)\n");
        return 2;
    }

    peer_ready("C kill + waitpid");
    for (long count; (count = peer_next()) > 0;) {
        for (long i = 0; i < count; i++)
            printf("%s%.0f", i == 0 ? "" : " ", kill_one((size_t)megabytes << 20, threads));
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
