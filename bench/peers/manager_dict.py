"""manager_dict.py KIND: gets or sets keys of a dictionary that a multiprocessing.Manager keeps, what one call takes.

KIND is get-int, set-int, get-str or set-str: a thousand keys in turn, numbers or short texts.
"""

import multiprocessing
import sys

import peer

KEYS = 1_000
BATCH = 500


def main():
    operation, _, type_of_keys = sys.argv[1].partition("-")
    peer.expect(operation in ("get", "set") and type_of_keys in ("int", "str"), f"there is no kind {sys.argv[1]!r}")
    keys = [number if type_of_keys == "int" else f"key-{number}" for number in range(KEYS)]
    with multiprocessing.get_context("fork").Manager() as manager:
        shared = manager.dict({key: 1 for key in keys})

        def run(count):
            if operation == "get":
                for number in range(count):
                    shared[keys[number % KEYS]]
            else:
                for number in range(count):
                    shared[keys[number % KEYS]] = number

        peer.serve_median(f"Manager().dict() {operation}", run, BATCH)


if __name__ == "__main__":
    main()
