"""pool_recycle.py WHAT: how a parent grows while a pool replaces its one worker after each task.

WHAT is rss (bytes) or fds (number of descriptors). The first replacements are not counted.
"""

import gc
import multiprocessing
import os
import sys

import peer

WARM_UPS = 50


def one():
    return 1


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def main():
    read = resident_bytes if sys.argv[1] == "rss" else descriptors
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:

        def recycle(count):
            for _ in range(count):
                peer.expect(pool.apply(one) == 1, "the worker answered something else")
            gc.collect()
            return read()

        def growth(count):
            before = recycle(WARM_UPS)
            return [max(0, recycle(count) - before)]

        peer.serve_figures("Pool(1, maxtasksperchild=1), fork", growth)


if __name__ == "__main__":
    main()
