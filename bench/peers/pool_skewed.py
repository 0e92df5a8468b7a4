"""pool_skewed.py ITEMS SHARE: Pool(2).map over ITEMS items of a millisecond, of which one takes a hundred; it comes after SHARE (0..1) of the others.

The figure is the makespan divided by the ideal one: the same work in two equal parts at once, measured each time. Work is an
amount, not a time: what a core loses to others prolongs it.
"""

import multiprocessing
import sys
import time

import peer

LONG = 100


def spin(units):
    value = 1
    for _ in range(units):
        value = (value * 1103515245 + 12345) & 0x7FFFFFFF
    return value


def timed_spin(units):
    start = time.monotonic_ns()
    spin(units)
    return time.monotonic_ns() - start


def main():
    count, share = int(sys.argv[1]), float(sys.argv[2])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        sample = 2_000_000
        unit = max(1, int(sample * 1_000_000 / min(pool.map(timed_spin, [sample] * 4, chunksize=1))))
        items = [unit] * count
        items.insert(int(count * share), LONG * unit)

        def makespan_over_ideal():
            halves = pool.map(timed_spin, [sum(items) // 2] * 2, chunksize=1)
            ideal = max(sum(halves) / 2, max(items) * sum(halves) / sum(items))
            return peer.timed(lambda: pool.map(spin, items)) / ideal

        peer.serve_figures(
            "Pool(2).map, its own chunks, fork, against its own ideal", lambda rounds: [makespan_over_ideal() for _ in range(rounds)]
        )


if __name__ == "__main__":
    main()
