"""tests/support/ipc_client.py - a client of the control socket (view --ipc PATH), for tests and as
an example.

    with IpcClient("/tmp/liqscope.socket") as client:
        client.get("price"); client.set("palette", "viridis"); client.command("screenshot")
        client.observe(1, "palette"); client.wait_event(lambda event: event.get("id") == 1)
"""
import json
import socket
import time


class IpcError(Exception):
    """The program's own words of why it could not be done."""


class IpcClient:
    def __init__(self, path, timeout_s=10.0, process=None):
        """Connects; waits up to timeout_s for the socket to be there, while its process runs."""
        self.timeout_s = timeout_s
        self.buffer = b""
        self.events = []
        self.next_id = 1
        until = time.monotonic() + timeout_s
        while True:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self.socket.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                self.socket.close()
                if time.monotonic() > until or (process and process.poll() is not None):
                    raise
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_bytes(self, raw):
        self.socket.sendall(raw)

    def read_message(self, timeout_s=None):
        """The next line as an object; None: the program closed the connection."""
        until = time.monotonic() + (self.timeout_s if timeout_s is None else timeout_s)
        while b"\n" not in self.buffer:
            self.socket.settimeout(max(0.001, until - time.monotonic()))
            got = self.socket.recv(65536)
            if not got:
                return None
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def read_answer(self, request_id):
        """The answer of that id; events that come before it are kept in self.events."""
        while True:
            message = self.read_message()
            if message is None:
                raise ConnectionError("closed before the answer")
            if "event" in message:
                self.events.append(message)
            elif message.get("request_id") == request_id:
                return message

    def command(self, *words, pane=None):
        """Runs it; the answer's data. Raises IpcError."""
        request_id = self.next_id
        self.next_id += 1
        request = {"command": list(words), "request_id": request_id}
        if pane is not None:
            request["pane"] = pane
        self.send_bytes(json.dumps(request).encode() + b"\n")
        answer = self.read_answer(request_id)
        if answer["error"] != "success":
            raise IpcError(answer["error"])
        return answer.get("data")

    def refused(self, *words):
        """The program's words of why it does not do it."""
        try:
            data = self.command(*words)
        except IpcError as error:
            return str(error)
        raise IpcError(f"{words} was done: {data!r}")

    def get(self, name, pane=None):
        return self.command("get_property", name, pane=pane)

    def set(self, name, value, pane=None):
        return self.command("set_property", name, value, pane=pane)

    def observe(self, watch_id, name, pane=None):
        return self.command("observe_property", watch_id, name, pane=pane)

    def wait_event(self, wanted, timeout_s=None):
        """The first event that wanted(event) holds for, of those kept or still to come."""
        for index, event in enumerate(self.events):
            if wanted(event):
                return self.events.pop(index)
        until = time.monotonic() + (self.timeout_s if timeout_s is None else timeout_s)
        while True:
            message = self.read_message(max(0.001, until - time.monotonic()))
            if message is None:
                raise ConnectionError("closed before the event")
            if "event" in message and wanted(message):
                return message

    def wait_property(self, name, wanted, timeout_s=None, pane=None):
        """Asks until wanted(value) holds; that value."""
        until = time.monotonic() + (self.timeout_s if timeout_s is None else timeout_s)
        while True:
            value = self.get(name, pane=pane)
            if wanted(value):
                return value
            if time.monotonic() > until:
                raise TimeoutError(f"{name} stayed {value!r}")
            time.sleep(0.05)
