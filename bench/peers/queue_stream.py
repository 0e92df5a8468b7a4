"""queue_stream.py ITEM SIDES: processes put items into one multiprocessing.Queue and as many get them; one operation is an item.

ITEM is "bytes" (64 of them) or "int". SIDES is how many put, and how many get: one of them this process.
"""

import itertools
import multiprocessing
import sys

import peer

ITEMS = {"bytes": bytes(64), "int": 12345}


def put_items(item, queue, orders):
    put = queue.put
    while True:
        for _ in itertools.repeat(None, orders.recv()):
            put(item)


def get_items(queue, orders):
    get = queue.get
    while True:
        for _ in itertools.repeat(None, orders.recv()):
            get()
        orders.send(True)


def main():
    item, sides = ITEMS[sys.argv[1]], int(sys.argv[2])
    context = multiprocessing.get_context("fork")
    queue = context.Queue(1024)
    putters, getters, workers = [], [], []
    for _ in range(sides):
        own, other = context.Pipe()
        putters.append(own)
        workers.append(context.Process(target=put_items, args=(item, queue, other), daemon=True))
    for _ in range(sides - 1):
        own, other = context.Pipe()
        getters.append(own)
        workers.append(context.Process(target=get_items, args=(queue, other), daemon=True))
    for worker in workers:
        worker.start()

    def run(count):
        share = max(1, count // sides)
        for orders in putters + getters:
            orders.send(share)
        get = queue.get
        for _ in itertools.repeat(None, share):
            get()
        for orders in getters:
            peer.expect(orders.recv(), "a process that gets did not answer")

    try:
        peer.serve_mean(f"multiprocessing.Queue {sides}:{sides} {sys.argv[1]}, fork", run)
    finally:
        for worker in workers:
            worker.kill()


if __name__ == "__main__":
    main()
