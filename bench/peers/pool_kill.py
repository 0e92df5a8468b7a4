"""pool_kill.py MILLISECONDS: what pebble takes beyond the deadline to end a call that hangs.

Two pools of one forked worker each, one call at a time: in one pool of two, a kill sometimes leaves the other call without an answer.
"""

import concurrent.futures
import contextlib
import multiprocessing
import sys
import threading
import time

import peer

LANES = 2


def one():
    return 1


def hang():
    threading.Event().wait()


def main():
    import pebble

    deadline, fork = int(sys.argv[1]) / 1000, multiprocessing.get_context("fork")
    with contextlib.ExitStack() as stack:
        pools = [stack.enter_context(pebble.ProcessPool(max_workers=1, context=fork)) for _ in range(LANES)]

        def past_deadline(pool, seconds):
            peer.expect(pool.schedule(one).result() == 1, "the worker answered something else")
            start = time.monotonic_ns()
            try:
                pool.schedule(hang, timeout=seconds).result()
                raise SystemExit("a call that never ends has ended")
            except concurrent.futures.TimeoutError:
                return max(0, time.monotonic_ns() - start - int(seconds * 1e9))

        def lane(index, calls, figures):
            # The lanes kill at different moments: the second one's first call, which does not count, has half the time.
            if index > 0:
                past_deadline(pools[index], deadline / LANES)
            figures.extend(past_deadline(pools[index], deadline) for _ in range(calls))

        def measure(count):
            figures = []
            shares = [count // LANES + (index < count % LANES) for index in range(LANES)]
            lanes = [threading.Thread(target=lane, args=(index, share, figures)) for index, share in enumerate(shares)]
            for thread in lanes:
                thread.start()
            for thread in lanes:
                thread.join()
            return figures

        peer.serve_figures(f"pebble ProcessPool(1) schedule(timeout={deadline:g}), fork", measure)


if __name__ == "__main__":
    main()
