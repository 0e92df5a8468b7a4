/* What the C peers of two processes share: memory that both see, a word in it to wait for, and a partner that ends with its parent. */
#ifndef PLAIT_PEER_FUTEX_H
#define PLAIT_PEER_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "peer.h"

static inline void *peer_shared(size_t size)
{
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        peer_fail("mmap");
    return shared;
}

/* As fork(): 0 in the partner. */
static inline pid_t peer_fork(void)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0)
        peer_fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
    }
    return child;
}

static inline void peer_wait_while(_Atomic uint32_t *word, uint32_t seen)
{
    while (atomic_load_explicit(word, memory_order_acquire) == seen) {
        if (syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0) != 0 && errno != EAGAIN && errno != EINTR)
            peer_fail("futex wait");
    }
}

static inline void peer_publish(_Atomic uint32_t *word, uint32_t value, int wake)
{
    atomic_store_explicit(word, value, memory_order_release);
    if (wake && syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
        peer_fail("futex wake");
}

#endif
