"""pool_call.py POOL: one call into the one warm worker of a pool and its answer; POOL is executor or pebble. Workers are forked."""

import concurrent.futures
import multiprocessing
import sys

import peer


def one():
    return 1


def main():
    pool_kind, fork = sys.argv[1], multiprocessing.get_context("fork")
    if pool_kind == "pebble":
        import pebble

        with pebble.ProcessPool(max_workers=1, context=fork) as pool:
            serve("pebble ProcessPool(1) schedule + result, fork", pool.schedule)
    else:
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=fork) as pool:
            serve("ProcessPoolExecutor(1) submit + result, fork", pool.submit)


def serve(what, submit):
    peer.serve(what, lambda: peer.expect(submit(one).result() == 1, "the worker answered something else"))


if __name__ == "__main__":
    main()
