"""thread_pool.py WHAT: concurrent.futures.ThreadPoolExecutor; one operation is a task.

WHAT is "call" (two threads: each task is submitted and its result asked for, one after the other), "tiny" (two threads: all submitted, then all
results asked for), "sleepers" (one operation is the whole: 400 tasks that sleep for 2 s on 400 threads), "processes" (the same in 400 processes) or "completed" (as_completed over futures
that have not been asked for, which end while it runs; the mean of a future).
"""

import concurrent.futures
import multiprocessing
import sys
import time

import peer

SLEEPERS = 400


def increment(number):
    return number + 1


def call(executor, count):
    for number in range(count):
        peer.expect(executor.submit(increment, number).result() == number + 1, "a result is wrong")


def tiny(executor, count):
    futures = [executor.submit(increment, number) for number in range(count)]
    peer.expect(sum(future.result() for future in futures) == count * (count + 1) // 2, "a result is wrong")


def sleepers(count):
    def all_of_them():
        with concurrent.futures.ThreadPoolExecutor(SLEEPERS) as executor:
            concurrent.futures.wait([executor.submit(time.sleep, 2) for _ in range(SLEEPERS)])

    return [peer.timed(all_of_them) for _ in range(count)]


def processes(count):
    def all_of_them():
        children = [multiprocessing.Process(target=time.sleep, args=(2,)) for _ in range(SLEEPERS)]
        for child in children:
            child.start()
        for child in children:
            child.join()

    return [peer.timed(all_of_them) for _ in range(count)]


def completed(count):
    futures = [concurrent.futures.Future() for _ in range(count)]
    for future in futures[: count // 2]:
        future.set_result(1)

    def take():
        seen = 0
        for future in concurrent.futures.as_completed(futures):
            seen += 1
            if seen <= count - count // 2:
                futures[count // 2 + seen - 1].set_result(1)
        peer.expect(seen == count, f"{seen} of {count} futures came")

    return [peer.timed(take) / count]


def main():
    what = sys.argv[1]
    if what == "sleepers":
        peer.serve_figures(f"ThreadPoolExecutor({SLEEPERS})", sleepers)
    elif what == "processes":
        peer.serve_figures(f"{SLEEPERS} processes", processes)
    elif what == "completed":
        peer.serve_figures("as_completed", completed)
    else:
        with concurrent.futures.ThreadPoolExecutor(2) as executor:
            work = call if what == "call" else tiny
            peer.serve_mean("ThreadPoolExecutor(2)", lambda count: work(executor, count))


if __name__ == "__main__":
    main()
