"""thread_queue.py KIND [SIDES]: threads and one queue; one operation is an item.

KIND is "fifo": as many threads put into a queue.Queue(1024) as get from it; or "priority": one thread puts into a queue.PriorityQueue of a thousand
items and gets from it in turn.
"""

import itertools
import queue
import sys
import threading

import peer

RESIDENT = 1000


def streams(sides):
    items = queue.Queue(1024)

    def put_items(count):
        put = items.put
        for _ in itertools.repeat(None, count):
            put(1)

    def get_items(count):
        get = items.get
        for _ in itertools.repeat(None, count):
            get()

    def run(count):
        share = max(1, count // sides)
        crew = [threading.Thread(target=work, args=(share,)) for work in (put_items, get_items) for _ in range(sides)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()

    peer.serve_mean(f"queue.Queue {sides}:{sides}", run)


def priorities():
    items = queue.PriorityQueue()
    for number in range(RESIDENT):
        items.put(number * 7919 % RESIDENT)

    def run(count):
        put, get = items.put, items.get
        for number in range(count):
            put(number * 31 % RESIDENT)
            get()

    peer.serve_mean("queue.PriorityQueue", run)


if __name__ == "__main__":
    if sys.argv[1] == "fifo":
        streams(int(sys.argv[2]))
    else:
        priorities()
