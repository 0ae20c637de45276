#!/usr/bin/python3
"""What is live is looked back into, as its user does it: at once after recording has begun, round a
loop at a thousand times its speed, and live again.
usage: look_back.py LIQSCOPE; status 77: no Xvfb here."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from check import check  # noqa: E402
from ipc_client import IpcClient, IpcError  # noqa: E402
from screen import Screen  # noqa: E402

WAIT_S = 60  # for what takes a moment, in a debug build on a busy machine
LOOP_MS = 400
ROUNDS = 3


def wait_shown(client):
    return client.wait_property(
        "replay", lambda replay: replay and replay["of_live"] and not replay["seeking_ms"], WAIT_S)


def replay_at_once(client):
    """Of the recording nothing may be written yet: asked until there is."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            return client.command("replay")
        except IpcError as error:
            if "nothing" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)


def look_back(client, folder):
    client.wait_property("now-ms", bool, WAIT_S)
    begin_ms = client.get("now-ms")
    client.command("record " + os.path.join(folder, "mid-way.liq"))
    now_ms = None
    while now_ms is None:  # it may have caught up with the end, and be live again
        replay_at_once(client)
        replay = wait_shown(client)
        now_ms = client.get("replay-time")
    # Its bars are older than its begin; its first moment is what was live when it began.
    check("at once after it began it is looked back into, to its begin",
          begin_ms - 5000 <= now_ms <= replay["end_ms"] + 5000, (now_ms - begin_ms, replay))
    return begin_ms


def stamp(ts_ms):
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ts_ms // 1000))
    return f"{text}.{ts_ms % 1000:03d}"


def go_round(client, begin_ms):
    from_ms = begin_ms + LOOP_MS
    to_ms = from_ms + LOOP_MS
    client.command("pause")  # here, or, where it is live again, there
    client.wait_property("replay", lambda replay: replay and replay["paused"] and
                         replay["end_ms"] > to_ms + LOOP_MS, WAIT_S)
    client.command(f"loop {stamp(from_ms)} {stamp(to_ms)}")
    replay = wait_shown(client)
    check("the loop is what was asked for",
          (replay["loop_from_ms"], replay["loop_to_ms"]) == (from_ms, to_ms), replay)
    while client.get("replay")["speed"] < 1000:
        client.command("faster")
    client.command("pause")
    begun = client.get("replay")["seeks"]
    until = time.monotonic() + WAIT_S
    seen = []
    while client.get("replay")["seeks"] < begun + ROUNDS and time.monotonic() < until:
        seen.append(client.get("replay-time"))
    check("it comes round", client.get("replay")["seeks"] >= begun + ROUNDS, len(seen))
    check("and never beyond its end", from_ms <= min(seen) and max(seen) <= to_ms,
          (min(seen) - from_ms, max(seen) - to_ms))


def try_program(program, folder):
    path = os.path.join(folder, "control")
    command = [program, "view", "demo", "--days", "0.1", "--ipc", path, "--size", "640x360",
               "--window", "1h", "--seconds", "200"]
    with subprocess.Popen(command) as view:
        try:
            with IpcClient(path, WAIT_S) as client:
                begin_ms = look_back(client, folder)
                go_round(client, begin_ms)
                client.command("live")
                check("live again", client.get("replay") is None)
                client.command("quit")
                client.wait_event(lambda event: event["event"] == "shutdown")
            check("it ends well", view.wait(WAIT_S) == 0, view.returncode)
        finally:
            view.kill()


def main():
    if not Screen.is_possible():
        return Screen.SKIPPED
    with Screen("look-back") as folder:
        try_program(os.path.abspath(sys.argv[1]), folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
