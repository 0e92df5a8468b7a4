"""What the echo servers in Python share: a listener, how they announce it, and when they end.

A server prints "listening on 127.0.0.1:PORT", echoes whatever comes until it is asked to stop by the end of its standard input, and takes its own
children with it.
"""

import os
import socket
import sys
import threading

BUFFER = 65536


def listen():
    """A listener on a free port of this machine, with a queue that no burst of the bench fills."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    return listener


def announce(listener):
    """Tells the bench where to connect."""
    print("listening on {}:{}".format(*listener.getsockname()[:2]), flush=True)


def end_with_input():
    """Ends this process when its standard input ends, whatever it does then. To be called in each process of a server."""

    def watch():
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def serve(connection):
    """Echoes one connection until its end, blocking."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        while True:
            try:
                data = connection.recv(BUFFER)
                if not data:
                    return
                connection.sendall(data)
            except ConnectionError:
                return


def choose(models):
    """The model that the command line names, as `name: function`."""
    if len(sys.argv) < 2 or sys.argv[1] not in models:
        raise SystemExit(f"usage: {sys.argv[0]} {'|'.join(models)} [WORKERS]")
    return models[sys.argv[1]]


def workers(usual):
    return int(sys.argv[2]) if len(sys.argv) > 2 else usual
