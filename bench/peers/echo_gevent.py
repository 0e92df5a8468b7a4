"""echo_gevent.py: gevent's StreamServer, a greenlet a connection."""

from gevent.server import StreamServer

import echo_server

if __name__ == "__main__":
    listener = echo_server.listen()
    listener.setblocking(False)
    server = StreamServer(listener, lambda connection, _: echo_server.serve(connection))
    server.start()
    echo_server.end_with_input()
    echo_server.announce(listener)
    server.serve_forever()
