/* Takes and frees a word of shared memory: one compare-and-swap and one exchange, the least that a lock over it can cost. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <sys/mman.h>
#include "peer.h"

int main(void)
{
    _Atomic uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (word == MAP_FAILED)
        peer_fail("mmap");

    peer_ready("C CAS + exchange pair");
    for (long count; (count = peer_next()) > 0;) {
        uint64_t start = peer_now();
        for (long i = 0; i < count; i++) {
            uint32_t expected = 0;
            if (!atomic_compare_exchange_strong(word, &expected, 1)) {
                fprintf(stderr, "the word was taken by somebody else\n");
                return 1;
            }
            atomic_exchange(word, 0);
        }
        printf("%.2f\n", (double)(peer_now() - start) / (double)count);
        fflush(stdout);
    }
    return 0;
}
