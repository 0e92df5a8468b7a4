"""What every Python peer shares: the line protocol of the bench runner.

A peer prints "ready" and a description, then answers each line "run N" with N nanosecond figures on one line, one an
operation. It ends when its standard input closes, and takes its own children with it.
"""

import platform
import sys
import time


def serve(what, operation):
    """Runs `operation` as often as each line asks and prints how long each run took."""
    print(f"ready CPython {platform.python_version()} {what}", flush=True)
    for line in sys.stdin:
        word, _, count = line.strip().partition(" ")
        if word != "run" or not count.isdigit() or int(count) < 1:
            raise SystemExit(f'expected "run N" with N of at least 1, got: {line!r}')
        print(" ".join(str(timed(operation)) for _ in range(int(count))), flush=True)


def timed(operation):
    start = time.monotonic_ns()
    operation()
    return time.monotonic_ns() - start
