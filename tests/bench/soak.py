#!/usr/bin/env python3
"""soak.py LIQSCOPE [MINUTES] - a desk left alone for long, with a hand that never rests.

Serves the simulated market as an exchange that drops its connections, falls silent and loses
messages by a script; opens two windows with three panes on it; runs random actions of a fixed seed
over the control socket: time frames, filters, palettes, panes and windows that come and go, the
full screen, a graphics context made anew.  Each ten seconds it looks at resident memory and at whether
the market still comes in.  Prints one line a minute and, at the end, the slope of memory over the
second half.  Wants a display (DISPLAY; Xvfb will do).  Exit status 1: the program ended, memory
grows by more than SLOPE_MAX, or a connection did not come back within RECONNECT_S.
"""
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

SLOPE_MAX = 120.0  # MiB an hour, of the second half: what a kept second of market costs, and noise
RECONNECT_S = 60
LOOK_S = 10
ACT_S = 0.5
SEED = 5

ACTIONS = [
    "span-shorter", "span-longer", "pan-left", "pan-right", "follow", "zoom-in", "zoom-out",
    "fit-price", "palette-next", "palette-before", "band-1", "band-3", "bands-all", "side-long",
    "side-net", "split", "strips", "toggle-book", "toggle-clusters", "toggle-profile", "curve-next",
    "opened-within", "fullscreen", "fullscreen", "pane-next", "pane-solo", "panels", "statistics",
    "keys", "set palette perceptual", "set window 24h", "set link time", "set link no",
    "set scale-lock yes", "set scale-lock no", "set pixel-shift 4", "set arrange main",
]
RARE = ["pane-split", "pane-close", "window-new", "window-close", "reset-graphics"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def faults(seconds):
    """Something goes wrong each 45 s, in turn."""
    kinds = ["disconnect", "gap=3", "silence=*", "clear", "disconnect", "clear"]
    return ",".join(f"{at}:{kinds[i % len(kinds)]}"
                    for i, at in enumerate(range(45, int(seconds), 45)))


class Control:
    def __init__(self, path):
        self.path = path
        self.sock = None
        self.text = b""
        self.number = 0

    def connect(self):
        for _ in range(200):
            try:
                self.sock = socket.socket(socket.AF_UNIX)
                self.sock.settimeout(20)
                self.sock.connect(self.path)
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("soak: no control socket")

    def run(self, words):
        self.number += 1
        line = json.dumps({"command": words, "request_id": self.number}) + "\n"
        self.sock.sendall(line.encode())
        while True:
            while b"\n" not in self.text:
                self.text += self.sock.recv(65536)
            line, self.text = self.text.split(b"\n", 1)
            answer = json.loads(line) if line.strip() else {}
            if answer.get("request_id") == self.number:
                return answer


def rss_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def slope_per_hour(points):
    """Least squares through (seconds, MiB)."""
    n = len(points)
    mean_t = sum(t for t, _ in points) / n
    mean_m = sum(m for _, m in points) / n
    over = sum((t - mean_t) * (m - mean_m) for t, m in points)
    under = sum((t - mean_t) ** 2 for t, _ in points)
    return over / under * 3600 if under > 0 else 0.0


def act(control, rng, counts):
    """One action; windows and panes are kept few."""
    if rng.random() < 0.06:
        action = rng.choice(RARE)
        if action in ("pane-split", "window-new") and counts["open"] >= 3:
            action = "pane-close"
        if action in ("pane-close", "window-close"):
            if counts["open"] <= 0:
                return
            action = "pane-close"
            counts["open"] -= 1
        elif action != "reset-graphics":
            counts["open"] += 1
    else:
        action = rng.choice(ACTIONS)
    answer = control.run(action.split())
    counts["done"] += 1
    counts["refused"] += answer.get("error") != "success"


def main():
    binary = sys.argv[1]
    seconds = float(sys.argv[2]) * 60 if len(sys.argv) > 2 else 7200
    port = free_port()
    folder = tempfile.mkdtemp(prefix="liqscope-soak-")
    env = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
    exchange = subprocess.Popen(
        [binary, "simulate", "--serve", f"127.0.0.1:{port}", "--faults", faults(seconds)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(6)
    path = os.path.join(folder, "ipc")
    view = subprocess.Popen(
        [binary, "view", "binance_usdm:BTCUSDT", "--binance-ws-url", f"ws://127.0.0.1:{port}",
         "--binance-rest-url", f"http://127.0.0.1:{port}", "--ipc", path, "--remember", "--open",
         "window=4h size=900x500 position=10,10 | window=1h palette=viridis"],
        env=env, stderr=open(os.path.join(folder, "log"), "wb"))
    control = Control(path)
    control.connect()
    rng = random.Random(SEED)
    counts = {"done": 0, "refused": 0, "open": 0}
    points, begin, looked, silent_since, worst_silent = [], time.time(), 0.0, None, 0.0
    events, failed = None, False
    while time.time() - begin < seconds and view.poll() is None:
        act(control, rng, counts)
        now = time.time() - begin
        if now - looked >= LOOK_S:
            looked = now
            points.append((now, rss_mib(view.pid)))
            answer = control.run(["get_property", "events-applied"]).get("data")
            if answer == events:
                silent_since = silent_since if silent_since is not None else now
                worst_silent = max(worst_silent, now - silent_since)
            else:
                silent_since = None
            events = answer
            if len(points) % 6 == 0:
                print(f"{now / 60:5.1f} min: {points[-1][1]:.1f} MiB resident, {counts['done']} "
                      f"actions, {events} events, silent for {worst_silent:.0f} s at most",
                      flush=True)
        time.sleep(ACT_S)
    if view.poll() is not None:
        print(f"soak: the program ended by itself, status {view.returncode}; see {folder}/log")
        failed = True
    else:
        view.send_signal(signal.SIGTERM)
        failed = view.wait(30) != 0
    exchange.terminate()
    exchange.wait()
    half = points[len(points) // 2:]
    slope = slope_per_hour(half) if len(half) > 2 else 0.0
    print(f"soak: {counts['done']} actions ({counts['refused']} refused), memory "
          f"{points[0][1]:.1f} -> {points[-1][1]:.1f} MiB, slope of the second half "
          f"{slope:+.1f} MiB/h (at most {SLOPE_MAX:.0f}), silent for {worst_silent:.0f} s at most")
    failed = failed or slope > SLOPE_MAX or worst_silent > RECONNECT_S
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
