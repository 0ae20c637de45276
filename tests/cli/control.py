#!/usr/bin/python3
"""The control socket and the live configuration as another program meets them: the real window
on a virtual screen, asked, set and watched by two clients, with bad lines between.
usage: control.py LIQSCOPE; status 77: no Xvfb here."""
import os
import re
import socket
import stat
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from check import check  # noqa: E402
from ipc_client import IpcClient, IpcError  # noqa: E402
from screen import Screen  # noqa: E402

WAIT_S = 60  # for what takes a moment, in a debug build on a busy machine


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def write_config(path, text):
    """As editors write: a new file in place of the old one."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def try_properties(client):
    names = [row["name"] for row in client.command("list_properties")]
    check("every property has a name of its own", len(names) == len(set(names)), names)
    for name in names:
        client.get(name)  # raises if one of the list cannot be asked
    check("every property of the list can be asked", len(names) > 60, len(names))
    check("a price", client.wait_property("price", lambda price: price, WAIT_S) > 0)
    check("clusters are known", client.wait_property("clusters", bool, WAIT_S)[0]["usd"] > 0)
    windows = client.get("windows")
    check("one window of the size asked for", windows[0]["width_px"] == 640, windows)
    took_ms = client.wait_property("frame-ms", lambda ms: ms["p50"] > 0, WAIT_S)
    check("frames are timed", took_ms["max"] >= took_ms["p99"] >= took_ms["p50"], took_ms)
    check("memory", client.get("memory-bytes") > 10e6)
    heap = client.get("heap")
    is_sanitized = heap == {"used": 0, "free": 0}  # its allocator is not the C library's
    check("of it allocated, and held free", is_sanitized or 1e6 < heap["used"] < 1e9, heap)
    kept = client.get("recent")
    check("of a recording nothing is kept for a replay", kept["slots"] == kept["bytes"] == 0, kept)
    check("of it history", 1e5 < client.get("history-bytes") < 100e6, client.get("history-bytes"))


def try_setting(client):
    for name, value, want in (("palette", "viridis", "viridis"), ("window", "2h", "2h"),
                              ("split", True, True), ("white", 250000, 250000),
                              ("show", "+rsi -legend", "-legend +rsi")):
        client.set(name, value)
        check(f"{name} is {want}", client.get(name) == want, client.get(name))
    client.command("set", "split", "no")
    client.command("cycle curve")
    check("actions set options, too", (client.get("split"), client.get("curve")) == (False, "sqrt"))
    words = client.refused("set_property", "palette", "magna")
    check("a wrong value is answered",
          words.startswith('palette: "magna": unknown; one of perceptual'), words)
    check("a wrong name is answered", client.refused("get_property", "palete") ==
          '"palete": unknown property; did you mean palette?')
    words = client.refused("set_property", "price", 1)
    check("what is read only says so", words == "price: can only be read", words)
    words = client.refused("set_property", "days", 1)
    check("what needs a restart says so", words == "days: needs a restart to change", words)
    check("an action says what it takes", client.refused("set") == "set: expected NAME VALUE")
    try:
        client.get("palette", pane=99)
        check("pane 99 is refused", False)
    except IpcError as error:
        check("pane 99 is refused", str(error) == "no pane 99", str(error))


def read_texts(path):
    """The texts of a PNG by their keys; {}: it is not whole yet."""
    texts = {}
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return {}
    at = 8
    while at + 12 <= len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"tEXt":
            key, text = body.split(b"\0", 1)
            texts[key.decode()] = text.decode()
        if kind == b"IEND":
            return texts
        at += size + 12
    return {}


def try_screenshot(client, folder):
    path = os.path.join(folder, "shot.png")
    client.command("screenshot", path)
    until = time.monotonic() + WAIT_S
    while not read_texts(path) and time.monotonic() < until:
        time.sleep(0.05)
    text = read_texts(path).get("window", "")
    check("prices in it have the digits of the tick",
          re.search(r"prices \d{1,3}(,\d{3})*\.\d to \d{1,3}(,\d{3})*\.\d$", text), text)


def try_two_clients(path, one):
    with IpcClient(path) as other:
        one.observe(5, "palette")
        one.wait_event(lambda event: event.get("id") == 5 and event["data"] == "viridis")
        other.send_bytes(b"\xff\xfe{]\n" + b"x" * 20000 + b"\n{\"command\":[\"set_prop")
        check("bad bytes are answered", "unknown command" in other.read_message()["error"])
        words = other.read_message()["error"]
        check("a long line is answered", words == "line longer than 8192 bytes; passed over", words)
        other.send_bytes(b"erty\",\"palette\",\"paper\"],\"request_id\":9}\n")
        answer = other.read_message()
        check("a line in two pieces is one", answer == {"request_id": 9, "error": "success"},
              answer)
        event = one.wait_event(lambda event: event.get("id") == 5)
        check("the other client is told of it", event["data"] == "paper", event)
        one.command("unobserve_property", 5)


def try_reload(client, config):
    write_config(config, "[picture]\npalette = hot-cold\nside = long\ndays = 5\n"
                         "[demo]\ndays = 7\n[keys]\nq = fly\n")
    client.wait_property("palette", lambda palette: palette == "hot-cold", WAIT_S)
    check("the rest of a file with mistakes is done", client.get("side") == "long")
    notice = client.get("notice")["text"]
    mistake = f"{config}:4: [picture].days: unknown option"
    check("the mistake is told with its line", mistake in notice, notice)
    write_config(config, "[picture]\npalette = magna\nwindow = 1h\n[demo]\ndays = 7\n")
    client.wait_property("window", lambda window: window == "1h", WAIT_S)
    palette = client.get("palette")
    check("a wrong value leaves what was", palette == "hot-cold", palette)


def try_program(program, folder, recording):
    path = os.path.join(folder, "control")
    config = os.path.join(folder, "liqscope.conf")
    write_config(config, "[picture]\npalette = red-long\n")
    command = [program, "view", recording, "--config", config, "--ipc", path,
               "--size", "640x480", "--window", "4h"]
    with subprocess.Popen(command + ["--seconds", "200"]) as view:
        try:
            with IpcClient(path, WAIT_S) as client:
                mode = stat.S_IMODE(os.stat(path).st_mode)
                check("the socket is the user's alone", mode == 0o600, oct(mode))
                check("the file's palette is shown", client.get("palette") == "red-long")
                try_properties(client)
                try_screenshot(client, folder)
                try_setting(client)
                try_two_clients(path, client)
                try_reload(client, config)
                write_config(config, "[picture]\nside = short\n")
                client.wait_property("side", lambda side: side == "short", WAIT_S)
                span = client.get("window")
                check("what is taken out of the file is the default again", span == "24h", span)
                second = run(command + ["--seconds", "1"])
                check("a second program does not take the socket", second.returncode != 0 and
                      "another program listens there already" in second.stderr, second.stderr)
                client.command("quit")
                client.wait_event(lambda event: event["event"] == "shutdown")
                check("the end is told", client.read_message() is None)
            check("it ends well", view.wait(WAIT_S) == 0, view.returncode)
            check("the socket is gone", not os.path.exists(path))
        finally:
            view.kill()


def try_alerts(program, config):
    """An alert that would go nowhere is a mistake."""
    rules = ("[alerts]\nplain = price above 1\nfar = price above 2 webhook\n"
             "run = price above 3 command\n")
    write_config(config, rules)
    result = run([program, "check-config", config])
    nowhere = "goes nowhere; expected"
    check("ways of telling that are not set up are told with their lines",
          result.returncode == 1 and result.stderr.splitlines() == [
              f'{config}:3: [alerts].far: "webhook": {nowhere} alert-webhook to be set',
              f'{config}:4: [alerts].run: "command": {nowhere} alert-command to be set'],
          (result.returncode, result.stderr))
    write_config(config, rules + "[delivery]\nalert-webhook = https://example.org/hook\n"
                                 "alert-command = true\n")
    result = run([program, "check-config", config])
    check("ways that are set up are no mistake", result.returncode == 0, result.stderr)


def main():
    program = os.path.abspath(sys.argv[1])
    if not Screen.is_possible():
        return Screen.SKIPPED
    with Screen("control") as folder:
        recording = os.path.join(folder, "day.jsonl.gz")
        subprocess.run([program, "simulate", "--days", "0.25", "-o", recording], check=True)
        try_program(program, folder, recording)
        left = socket.socket(socket.AF_UNIX)  # as a dead process leaves it
        left.bind(os.path.join(folder, "control"))
        left.close()
        path = os.path.join(folder, "control")
        again = run([program, "view", recording, "--ipc", path, "--frames", "2"])
        check("a dead one's socket is replaced", again.returncode == 0, again.stderr)
        printed = run([program, "view", "--print-config", "--palette", "paper"]).stdout
        written = os.path.join(folder, "printed.conf")
        write_config(written, printed)
        result = run([program, "check-config", written])
        check("what --print-config writes is without mistake",
              result.returncode == 0 and "1 option set" in result.stdout,
              result.stdout + result.stderr)
        try_alerts(program, os.path.join(folder, "alerts.conf"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
