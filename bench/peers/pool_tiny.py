"""pool_tiny.py HOW: many tiny tasks through a pool of two forked workers, the mean of a task.

HOW is executor (each submitted on its own, then each result awaited), pool (map with chunks of one) or map (map with chunks
of the pool's choice).
"""

import concurrent.futures
import multiprocessing
import sys

import peer


def increment(number):
    return number + 1


def check(total, count):
    peer.expect(total == count * (count + 1) // 2, f"{count} tasks gave the sum {total}")


def main():
    how, fork = sys.argv[1], multiprocessing.get_context("fork")
    if how == "executor":
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=fork) as executor:

            def submit(count):
                futures = [executor.submit(increment, number) for number in range(count)]
                check(sum(future.result() for future in futures), count)

            peer.serve_mean("ProcessPoolExecutor(2) submit, fork", submit)
        return

    chunk_size = 1 if how == "pool" else None
    with fork.Pool(2) as pool:

        def run_map(count):
            results = pool.map(increment, range(count), chunksize=chunk_size)
            peer.expect(len(results) == count and results[-1] == count, "the results are not those of the items")

        peer.serve_mean(f"Pool(2).map(chunksize={chunk_size}), fork", run_map)


if __name__ == "__main__":
    main()
