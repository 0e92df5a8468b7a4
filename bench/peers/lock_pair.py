"""lock_pair.py KIND: acquires and releases what nobody else wants, what a pair takes.

KIND is mp-lock, mp-rlock, mp-semaphore, mp-event (set and clear), mp-condition (notify with nobody waiting, the lock held) or
thread-lock. Methods are looked up once, which is what makes it fastest.
"""

import itertools
import multiprocessing
import sys
import threading

import peer

BATCH = 5_000


def pairs(first, second):
    def run(count):
        for _ in itertools.repeat(None, count):
            first()
            second()

    return run


def notify(condition):
    def run(count):
        call = condition.notify
        with condition:
            for _ in itertools.repeat(None, count):
                call()

    return run


def acquire_and_release(lock):
    return pairs(lock.acquire, lock.release)


def main():
    kind = sys.argv[1]
    context = multiprocessing.get_context("fork")
    if kind == "mp-lock":
        what, operations = "multiprocessing.Lock", acquire_and_release(context.Lock())
    elif kind == "mp-rlock":
        what, operations = "multiprocessing.RLock", acquire_and_release(context.RLock())
    elif kind == "mp-semaphore":
        what, operations = "multiprocessing.Semaphore", acquire_and_release(context.Semaphore(1))
    elif kind == "mp-event":
        event = context.Event()
        what, operations = "multiprocessing.Event set + clear", pairs(event.set, event.clear)
    elif kind == "mp-condition":
        what, operations = "multiprocessing.Condition.notify", notify(context.Condition())
    else:
        peer.expect(kind == "thread-lock", f"there is no kind {kind!r}")
        what, operations = "threading.Lock", acquire_and_release(threading.Lock())

    peer.serve_median(what, operations, BATCH)


if __name__ == "__main__":
    main()
