"""echo_threads.py MODEL [WORKERS]: servers in Python that block.

MODEL is "thread" (socketserver's ThreadingTCPServer), "fork" (its ForkingTCPServer), "pool" (a ThreadPoolExecutor of WORKERS threads, a connection each), or
"prefork" (WORKERS processes that accept from one listener and serve a connection at a time).
"""

import concurrent.futures
import os
import socketserver
import threading

import echo_server


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        echo_server.serve(self.request)


def mixed_in(base):
    class Server(base):
        # As many as come: the usual 5 and 40 would be measured instead of the model.
        request_queue_size = 1024
        max_children = 1024
        daemon_threads = True

    def run():
        with Server(("127.0.0.1", 0), Handler) as server:
            echo_server.end_with_input()
            echo_server.announce(server.socket)
            server.serve_forever()

    return run


def pool():
    listener = echo_server.listen()
    executor = concurrent.futures.ThreadPoolExecutor(echo_server.workers(16))
    echo_server.end_with_input()
    echo_server.announce(listener)
    while True:
        connection, _ = listener.accept()
        executor.submit(echo_server.serve, connection)


def prefork():
    listener = echo_server.listen()
    for _ in range(echo_server.workers(4)):
        if os.fork() == 0:
            echo_server.end_with_input()
            while True:
                connection, _ = listener.accept()
                echo_server.serve(connection)
    echo_server.end_with_input()
    echo_server.announce(listener)
    threading.Event().wait()


if __name__ == "__main__":
    echo_server.choose({
        "thread": mixed_in(socketserver.ThreadingTCPServer),
        "fork": mixed_in(socketserver.ForkingTCPServer),
        "pool": pool,
        "prefork": prefork,
    })()
