"""queue_wake.py: from a put into a multiprocessing.Queue to the end of the get of a process that has waited for 20 ms; one operation is an item."""

import multiprocessing
import time

import peer

IDLE = 0.02


def tell(there, back):
    while True:
        sent = there.get()
        back.put(time.monotonic_ns() - sent)


def main():
    context = multiprocessing.get_context("fork")
    there, back = context.Queue(), context.Queue()
    partner = context.Process(target=tell, args=(there, back), daemon=True)
    partner.start()

    def measure(count):
        figures = []
        for _ in range(count):
            time.sleep(IDLE)
            there.put(time.monotonic_ns())
            figures.append(back.get())
        return figures

    try:
        peer.serve_figures("multiprocessing.Queue, after 20 ms, fork", measure)
    finally:
        partner.kill()


if __name__ == "__main__":
    main()
