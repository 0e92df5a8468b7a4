"""What every Python peer shares: the line protocol of the bench runner.

A peer prints "ready" and a description, then answers each line "run N" with N figures on one line, one an operation, or
with one that stands for all N. Times are in nanoseconds. It ends when its standard input closes, and takes its own
children with it.
"""

import platform
import statistics
import sys
import time


def serve(what, operation):
    """Runs `operation` as often as each line asks and prints how long each run took."""
    serve_figures(what, lambda count: [timed(operation) for _ in range(count)])


def serve_mean(what, operations):
    """Calls `operations(N)` once for each line and prints how long that took, divided by N."""
    serve_figures(what, lambda count: [timed(lambda: operations(count)) / count])


def serve_median(what, operations, batch):
    """As serve_mean, but cut into calls of `operations(batch)`, whose median is printed: one that the scheduler cut off does not count."""

    def median(count):
        return statistics.median(timed(lambda: operations(batch)) for _ in range(max(1, count // batch))) / batch

    serve_figures(what, lambda count: [median(count)])


def serve_figures(what, measure):
    """Calls `measure(N)` for each line and prints the figures that it returns."""
    print(f"ready CPython {platform.python_version()} {what}", flush=True)
    for line in sys.stdin:
        word, _, count = line.strip().partition(" ")
        if word != "run" or not count.isdigit() or int(count) < 1:
            raise SystemExit(f'expected "run N" with N of at least 1, got: {line!r}')
        print(" ".join(str(figure) for figure in measure(int(count))), flush=True)


def timed(operation):
    start = time.monotonic_ns()
    operation()
    return time.monotonic_ns() - start


def expect(condition, message):
    """Ends the peer, and so its row, where a pool gave something else than it had to."""
    if not condition:
        raise SystemExit(message)
