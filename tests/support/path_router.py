"""tests/support/path_router.py - several servers behind one port, told apart by the path that a
connection's first request asks for: collect has one base URL for all of its venues.

usage: path_router.py PREFIX=PORT... DEFAULT_PORT; prints its own port, then serves until killed."""
import socket
import sys
import threading


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()


def route(client, routes, default):
    head = b""
    while b"\n" not in head:
        data = client.recv(65536)
        if not data:
            client.close()
            return
        head += data
    path = head.split(b" ", 2)[1].decode()
    port = next((port for prefix, port in routes if path.startswith(prefix)), default)
    server = socket.create_connection(("127.0.0.1", port))
    server.sendall(head)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main():
    routes = [(prefix, int(port)) for prefix, port in (a.split("=") for a in sys.argv[1:-1])]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=route, args=(client, routes, int(sys.argv[-1])),
                         daemon=True).start()


main()
