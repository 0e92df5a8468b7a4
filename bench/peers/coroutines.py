"""coroutines.py WHAT: coroutines of Python on one thread; the mean of an operation.

WHAT is "asyncio-switch" or "gevent-switch" (two that let each other run by a sleep of 0, which is how both spell it; one operation is a switch),
"greenlet-switch" (the same by hand, without a loop), "greenlet-chain" (one operation is a link: a greenlet made, begun, and passed by a value), "asyncio-spawn" or "gevent-spawn" (one after the other is started and awaited).
"""

import sys

import peer


def asyncio_switch(count):
    import asyncio

    async def give_way():
        for _ in range(count // 2):
            await asyncio.sleep(0)

    async def both():
        await asyncio.gather(give_way(), give_way())

    asyncio.run(both())


def asyncio_spawn(count):
    import asyncio

    async def nothing():
        return 1

    async def all_of_them():
        for _ in range(count):
            peer.expect(await asyncio.create_task(nothing()) == 1, "a result is wrong")

    asyncio.run(all_of_them())


def gevent_switch(count):
    import gevent

    def give_way():
        for _ in range(count // 2):
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(give_way), gevent.spawn(give_way)])


def gevent_spawn(count):
    import gevent

    for _ in range(count):
        peer.expect(gevent.spawn(int, 1).get() == 1, "a result is wrong")


def greenlet_switch(count):
    import greenlet

    def give_way():
        for _ in range(count // 2):
            other.switch()

    other = greenlet.getcurrent()
    first = greenlet.greenlet(give_way)
    for _ in range(count // 2):
        first.switch()


def greenlet_chain(count):
    import greenlet

    def link(following):
        value = greenlet.getcurrent().parent.switch()
        following.switch(value + 1)

    following = greenlet.getcurrent()
    for _ in range(count):
        made = greenlet.greenlet(link)
        made.switch(following)
        following = made
    peer.expect(following.switch(0) == count, "the chain has lost a link")


WAYS = {
    "asyncio-switch": asyncio_switch,
    "asyncio-spawn": asyncio_spawn,
    "gevent-switch": gevent_switch,
    "gevent-spawn": gevent_spawn,
    "greenlet-switch": greenlet_switch,
    "greenlet-chain": greenlet_chain,
}

if len(sys.argv) != 2 or sys.argv[1] not in WAYS:
    raise SystemExit(f"usage: coroutines.py {'|'.join(WAYS)}")
peer.serve_mean(sys.argv[1], WAYS[sys.argv[1]])
