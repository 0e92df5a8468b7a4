"""pool_kill.py MILLISECONDS: what pebble takes beyond the deadline to end a call that hangs. Two forked workers, one call at a time on each."""

import concurrent.futures
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

    deadline = int(sys.argv[1]) / 1000
    with pebble.ProcessPool(max_workers=LANES, context=multiprocessing.get_context("fork")) as pool:

        def past_deadline(seconds):
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
                past_deadline(deadline / LANES)
            figures.extend(past_deadline(deadline) for _ in range(calls))

        def measure(count):
            figures = []
            shares = [count // LANES + (index < count % LANES) for index in range(LANES)]
            lanes = [threading.Thread(target=lane, args=(index, share, figures)) for index, share in enumerate(shares)]
            for thread in lanes:
                thread.start()
            for thread in lanes:
                thread.join()
            return figures

        peer.serve_figures(f"pebble ProcessPool({LANES}) schedule(timeout={deadline:g}), fork", measure)


if __name__ == "__main__":
    main()
