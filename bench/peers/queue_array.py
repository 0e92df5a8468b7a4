"""queue_array.py: an array of 100 MB goes to another process through a multiprocessing.Queue; one operation is an array, until the other has it."""

import multiprocessing

import peer

SIZE = 100_000_000


def take(arrays, done):
    while True:
        done.send(len(arrays.get()))


def main():
    context = multiprocessing.get_context("fork")
    arrays = context.Queue()
    done, other = context.Pipe()
    partner = context.Process(target=take, args=(arrays, other), daemon=True)
    partner.start()
    array = bytes(SIZE)

    def run(count):
        for _ in range(count):
            arrays.put(array)
            peer.expect(done.recv() == SIZE, "the partner got another length")

    try:
        peer.serve_mean("multiprocessing.Queue, bytes, fork", run)
    finally:
        partner.kill()


if __name__ == "__main__":
    main()
