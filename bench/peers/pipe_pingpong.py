"""pipe_pingpong.py: two processes send each other 64 bytes in turn through a pipe; one operation is there and back."""

import itertools
import multiprocessing

import peer

SIZE = 64


def answer(end):
    receive, send = end.recv_bytes, end.send_bytes
    while True:
        send(receive())


def main():
    context = multiprocessing.get_context("fork")
    end, other = context.Pipe()
    partner = context.Process(target=answer, args=(other,), daemon=True)
    partner.start()
    receive, send = end.recv_bytes, end.send_bytes
    message = bytes(SIZE)

    def run(count):
        for _ in itertools.repeat(None, count):
            send(message)
            peer.expect(len(receive()) == SIZE, "the partner answered with another length")

    try:
        peer.serve_mean("multiprocessing.Pipe, bytes, fork", run)
    finally:
        partner.kill()


if __name__ == "__main__":
    main()
