"""echo_asyncio.py asyncio|uvloop: streams of asyncio, on its own loop or on uvloop's."""

import asyncio

import echo_server


async def echo(reader, writer):
    try:
        while data := await reader.read(echo_server.BUFFER):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve():
    listener = echo_server.listen()
    server = await asyncio.start_server(echo, sock=listener)
    echo_server.end_with_input()
    echo_server.announce(listener)
    await server.serve_forever()


def on_uvloop():
    import uvloop

    uvloop.install()
    asyncio.run(serve())


if __name__ == "__main__":
    echo_server.choose({"asyncio": lambda: asyncio.run(serve()), "uvloop": on_uvloop})()
