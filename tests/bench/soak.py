#!/usr/bin/env python3
"""soak.py LIQSCOPE [MINUTES] - a desk left alone for long, with a hand that never rests.

Serves the simulated market as an exchange that drops its connections, falls silent and loses
messages by a script; opens two windows with three panes on it, and that number stays; runs random
actions of a fixed seed over the control socket: time frames, filters, palettes, the full screen,
a graphics context made anew. Before each of them it asks for the feed's state: each time the
exchange drops its connections that has to leave "live" within SEEN_S, and to be "live" again,
with events coming in, within RECONNECT_S. Prints one line a minute and, at the end, the slope of
memory (the least of each minute) over the second half. Wants a display (DISPLAY; Xvfb will do).
Exit status 1: the program ended, memory grows by more than SLOPE_MAX, or a connection was not
missed or did not come back in time.
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
RECONNECT_S = 30
SEEN_S = 20
LOOK_S = 10
ACT_S = 0.5
ASK_S = 0.1
WARM_S = 6  # the exchange serves by then
SEED = 5
STEPS_MAX = 60

ACTIONS = [
    "span-shorter", "span-longer", "pan-left", "pan-right", "follow", "zoom-in", "zoom-out",
    "fit-price", "palette-next", "palette-before", "band-1", "band-3", "bands-all", "side-long",
    "side-net", "split", "strips", "toggle-book", "toggle-clusters", "toggle-profile", "curve-next",
    "opened-within", "fullscreen", "fullscreen", "pane-next", "pane-solo", "panels", "statistics",
    "keys", "set palette perceptual", "set window 24h", "set link time", "set link no",
    "set scale-lock yes", "set scale-lock no", "set pixel-shift 4", "set arrange main",
    "cycle palette", "set window 1h", "set window 4h", "reset-graphics",
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def faults(seconds):
    """(second, fault): something goes wrong each 45 s, in turn; less often in a long run, as a
    script has an end."""
    kinds = ["disconnect", "gap=3", "disconnect=1006", "silence=*", "clear"]
    step = max(45, int(seconds) // STEPS_MAX)
    return [(at, kinds[i % len(kinds)]) for i, at in enumerate(range(step, int(seconds), step))]


class Reconnects:
    """Whether each connection that was dropped was missed, and came back."""

    def __init__(self, due):
        self.due = due  # seconds at which the exchange drops its connections
        self.seen = self.back = None
        self.events = 0
        self.done, self.unseen, self.missed, self.longest_s = 0, 0, 0, 0.0

    def look(self, now, feed, events):
        if not self.due or now < self.due[0]:
            self.events = events
            return
        late = now - self.due[0]
        live = feed.get("state") == "live"
        if self.seen is None and not live:
            self.seen, self.events = now, events
        if self.seen is not None and live and events > self.events:
            self.longest_s = max(self.longest_s, now - self.seen)
            self.done += 1
            self._next()
        elif self.seen is None and late > SEEN_S:
            self.unseen += 1
            self._next()
        elif self.seen is not None and now - self.seen > RECONNECT_S:
            self.missed += 1
            self._next()

    def _next(self):
        self.due = self.due[1:]
        self.seen = None


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


def floors(points):
    """The least of each minute: one more raster arrives, or a large one."""
    minutes = {}
    for t, mib in points:
        minutes.setdefault(int(t // 60), []).append((mib, t))
    return [(t, mib) for mib, t in (min(group) for _, group in sorted(minutes.items()))]


def act(control, rng, counts):
    answer = control.run(rng.choice(ACTIONS).split())
    counts["done"] += 1
    counts["refused"] += answer.get("error") != "success"


def ask(control, name):
    return control.run(["get_property", name]).get("data")


def watch(control, view, begin, seconds, reconnects):
    """Act and look until the time is over; [(second, MiB)]."""
    rng = random.Random(SEED)
    counts = {"done": 0, "refused": 0}
    points, acted, looked = [], 0.0, 0.0
    while time.time() - begin < seconds and view.poll() is None:
        now = time.time() - begin
        if now - acted >= ACT_S:
            acted = now
            act(control, rng, counts)
        feeds, events = ask(control, "feeds") or [{}], ask(control, "events-applied") or 0
        reconnects.look(time.time() - begin, feeds[0], events)
        if now - looked >= LOOK_S:
            looked = now
            points.append((now, rss_mib(view.pid)))
            if len(points) % (60 // LOOK_S) == 0:
                print(f"{now / 60:5.1f} min: {points[-1][1]:.1f} MiB resident, "
                      f"{counts['done']} actions ({counts['refused']} refused), {events} events, "
                      f"{feeds[0].get('lost')} lost, "
                      f"{reconnects.done} reconnects, {reconnects.unseen} unseen, "
                      f"{reconnects.missed} missed, "
                      f"{len(ask(control, 'panes') or [])} panes", flush=True)
        time.sleep(ASK_S)
    return points


def main():
    binary = sys.argv[1]
    seconds = float(sys.argv[2]) * 60 if len(sys.argv) > 2 else 7200
    port = free_port()
    folder = tempfile.mkdtemp(prefix="liqscope-soak-")
    env = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
    script = faults(seconds)
    begin = time.time()
    exchange = subprocess.Popen(
        [binary, "simulate", "--serve", f"127.0.0.1:{port}", "--faults",
         ",".join(f"{at}:{fault}" for at, fault in script)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(WARM_S)
    path = os.path.join(folder, "ipc")
    with open(os.path.join(folder, "log"), "wb") as log:
        view = subprocess.Popen(
            [binary, "view", "binance_usdm:BTCUSDT", "--binance-ws-url", f"ws://127.0.0.1:{port}",
             "--binance-rest-url", f"http://127.0.0.1:{port}", "--ipc", path, "--open",
             "window=4h size=900x500 position=10,10 | window=1h palette=viridis"],
            env=env, stderr=log)
    control = Control(path)
    control.connect()
    reconnects = Reconnects([at for at, fault in script if fault.startswith("disconnect")
                             and at < seconds - SEEN_S - RECONNECT_S])
    points = watch(control, view, begin, seconds, reconnects)
    if view.poll() is not None:
        print(f"soak: the program ended by itself, status {view.returncode}; see {folder}/log")
        failed = True
    else:
        view.send_signal(signal.SIGTERM)
        failed = view.wait(30) != 0
    exchange.terminate()
    exchange.wait()
    lows = floors(points)
    half = lows[len(lows) // 2:]
    slope = slope_per_hour(half) if len(half) > 2 else 0.0
    print(f"soak: memory {points[0][1]:.1f} -> {points[-1][1]:.1f} MiB, slope of the second half "
          f"{slope:+.1f} MiB/h (at most {SLOPE_MAX:.0f}); {reconnects.done} reconnects, at most "
          f"{reconnects.longest_s:.1f} s without, {reconnects.unseen} unseen, "
          f"{reconnects.missed} missed")
    return 1 if failed or slope > SLOPE_MAX or reconnects.unseen + reconnects.missed > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
