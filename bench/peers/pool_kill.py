"""pool_kill.py MILLISECONDS: what pebble takes beyond the deadline to end a call that hangs.

One worker, one call at a time, so that no kill meets another call. Workers are spawned: forked ones now and then never
came up, and how they start is not measured here.
"""

import concurrent.futures
import multiprocessing
import sys
import threading
import time

import peer


def one():
    return 1


def hang():
    threading.Event().wait()


def main():
    import pebble

    deadline = int(sys.argv[1]) / 1000
    with pebble.ProcessPool(max_workers=1, context=multiprocessing.get_context("spawn")) as pool:

        def past_deadline():
            # Shows that there is a worker which can begin at once.
            peer.expect(pool.schedule(one).result(timeout=60) == 1, "the worker answered something else")
            start = time.monotonic_ns()
            try:
                pool.schedule(hang, timeout=deadline).result()
                raise SystemExit("a call that never ends has ended")
            except concurrent.futures.TimeoutError:
                return max(0, time.monotonic_ns() - start - int(deadline * 1e9))

        peer.serve_figures(f"pebble ProcessPool(1) schedule(timeout={deadline:g}), spawn", lambda count: [past_deadline() for _ in range(count)])


if __name__ == "__main__":
    main()
