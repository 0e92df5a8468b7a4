"""pool_echo.py METHOD BYTES: sends BYTES bytes to the one worker of a Pool and gets them back, BYTES = 0 sends None.

One operation is one apply(), answer included. METHOD is fork, forkserver or spawn; it decides only how the worker came to be.
"""

import multiprocessing
import sys

import peer


def echo(value):
    return value


def main():
    method, size = sys.argv[1], int(sys.argv[2])
    payload = bytes(size) if size else None
    with multiprocessing.get_context(method).Pool(1) as pool:

        def operation():
            answer = pool.apply(echo, (payload,))
            if (len(answer) if size else answer) != (size or None):
                raise SystemExit("the worker answered something else than it was sent")

        what = f"Pool(1) echo of {size} bytes" if size else "Pool(1) round trip"
        peer.serve(f"{what}, {method}", operation)


if __name__ == "__main__":
    main()
