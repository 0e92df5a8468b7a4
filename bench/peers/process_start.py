"""process_start.py METHOD: starts a process with an empty function and joins it; METHOD is fork, forkserver or spawn."""

import multiprocessing
import sys

import peer


def nothing():
    pass


def main():
    method = sys.argv[1]
    context = multiprocessing.get_context(method)

    def operation():
        process = context.Process(target=nothing)
        process.start()
        process.join()
        if process.exitcode != 0:
            raise SystemExit(f"the child ended with exit code {process.exitcode}")

    peer.serve(f"Process start + join, {method}", operation)


if __name__ == "__main__":
    main()
