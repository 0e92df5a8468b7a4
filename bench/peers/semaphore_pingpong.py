"""semaphore_pingpong.py: two processes wake each other in turn by two semaphores; one operation is there and back."""

import itertools
import multiprocessing

import peer


def answer(there, back):
    acquire, release = there.acquire, back.release
    while True:
        acquire()
        release()


def main():
    context = multiprocessing.get_context("fork")
    there, back = context.Semaphore(0), context.Semaphore(0)
    partner = context.Process(target=answer, args=(there, back), daemon=True)
    partner.start()
    release, acquire = there.release, back.acquire

    def run(count):
        for _ in itertools.repeat(None, count):
            release()
            acquire()

    try:
        peer.serve_mean("multiprocessing.Semaphore, fork", run)
    finally:
        partner.kill()


if __name__ == "__main__":
    main()
