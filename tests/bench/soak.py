#!/usr/bin/env python3
"""soak.py LIQSCOPE [MINUTES] - a desk left alone for long, with a hand that never rests.

Serves the simulated market as an exchange that drops its connections, falls silent and loses
messages by a script; opens two windows with three panes on it, and that number stays; runs random
actions of a fixed seed over the control socket: time frames, filters, palettes, the full screen,
a graphics context made anew. Ten times a second it asks for the feed's state: each time the
exchange drops its connections that has to leave "live" within SEEN_S (or connections were opened
again in between two looks), and to be "live" again, with events coming in, within RECONNECT_S.

Memory swings with what is shown, by more than it could grow. So every few minutes the desk is put
back into the state of its start (a layout that was saved then: windows, sizes, time frames, layers;
panels closed, nothing linked, every pane at the live edge), its fields are waited for, and there it
is measured: what is resident and anonymous as the kernel tells it, what the program allocated, what
its allocator holds beside that (fragments), and what of it is kept by design: history, kept for a
day, which has to grow, and the last two minutes for an instant replay, which take as much as they
were busy. What is judged is the slope of the second half, with its standard error:

    held    allocated less what is kept: a leak   slope + 2 errors <= HELD_MAX
    anon    anonymous less what is kept: a leak, fragments, what the graphics driver maps
                                                  slope + 2 errors <= ANON_MAX

so that a run too noisy or too short to show that memory is flat fails, too. What is said to be kept
for an instant replay is held against the events of the busiest such time (while a feed is silent
nothing falls out), so that nothing hides there.
Prints one line a measurement. Wants a display (DISPLAY; Xvfb will do) and no network. Exit status
1: the program ended, memory is not shown to be flat, more is kept than that, or a connection
was not missed or did not come back in time.
"""
import collections
import json
import math
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

HELD_MAX = 4.0  # MiB an hour, of the second half, with twice its error
ANON_MAX = 8.0
RECONNECT_S = 30
SEEN_S = 20
ACT_S = 0.5
ASK_S = 0.1
WARM_S = 6  # the exchange serves by then
MEASURE_EVERY_S = (60, 180)  # in a short run, in a long one
MEASURES = 40
FULL_S = 90  # until all fields are there
REST_S = 8   # then what was asked for meanwhile comes and goes
SAMPLES = 5  # a second apart
SEED = 5
STEPS_MAX = 60
PANES = (0, 4, 5)  # four a window
MIB = 1024.0 * 1024.0
# Of what is kept for an instant replay: seconds that a block takes to be dropped; how much more
# than the events of its time it may be; blocks that are not full; bytes a slot.
KEPT_LATE_S = 15
KEPT_MORE = 1.2
KEPT_BLOCKS = 3
BLOCK_SLOTS = 16384
SLOT_BYTES = 64

ACTIONS = [
    "span-shorter", "span-longer", "pan-left", "pan-right", "follow", "zoom-in", "zoom-out",
    "fit-price", "palette-next", "palette-before", "band-1", "band-3", "bands-all", "side-long",
    "side-net", "split", "strips", "toggle-book", "toggle-clusters", "toggle-profile", "curve-next",
    "opened-within", "fullscreen", "fullscreen", "pane-next", "pane-solo", "panels", "statistics",
    "keys", "set palette perceptual", "set window 24h", "set link time", "set link no",
    "set scale-lock yes", "set scale-lock no", "set pixel-shift 4", "set arrange main",
    "cycle palette", "set window 1h", "set window 4h", "reset-graphics",
]
# Of the desk, then of each window, then of each pane. "back" closes what lies over the picture.
DESK_BACK = ["set link no", "set scale-lock no", "set pixel-shift 0"]
WINDOW_BACK = ["back", "back", "set panels hidden", "set fullscreen no"]
PANE_BACK = ["follow", "fit-price"]
# A window that has shown panels, or a message, keeps what draws them and a texture of them, as
# large as the window was, until graphics are made anew; which is done when the windows have their
# sizes again. Then all show panels for a moment: a message that comes now has nothing to add.
SHRINK_S = 3
SHOWN_S = 3


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
        self.seen = None
        self.events = self.opened = 0
        self.done, self.unseen, self.missed, self.longest_s = 0, 0, 0, 0.0

    def look(self, now, feed, events, opened):
        """opened: connections that were opened again after a loss, so far."""
        if not self.due or now < self.due[0]:
            self.events, self.opened = events, opened
            return
        late = now - self.due[0]
        live = feed.get("state") == "live"
        if self.seen is None and (not live or opened > self.opened):
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
                self.sock.settimeout(60)
                self.sock.connect(self.path)
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("soak: no control socket")

    def run(self, words, pane=None):
        self.number += 1
        line = {"command": words, "request_id": self.number}
        if pane is not None:
            line["pane"] = pane
        self.sock.sendall(json.dumps(line).encode() + b"\n")
        while True:
            while b"\n" not in self.text:
                more = self.sock.recv(65536)
                if not more:
                    raise ConnectionError("the control socket was closed")
                self.text += more
            line, self.text = self.text.split(b"\n", 1)
            answer = json.loads(line) if line.strip() else {}
            if answer.get("request_id") == self.number:
                return answer

    def must(self, words, pane=None):
        answer = self.run(words, pane)
        if answer.get("error") != "success":
            raise RuntimeError(f"{words}: {answer}")

    def ask(self, name, pane=None):
        return self.run(["get_property", name], pane).get("data")


def kernel_mib(pid):
    """What is resident and what of it is anonymous."""
    found = {}
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rows:
        for row in rows:
            words = row.split()
            if words[0] in ("Rss:", "Anonymous:"):
                found[words[0][:-1].lower()] = int(words[1]) / 1024
    return {"rss": found["rss"], "anonymous": found["anonymous"]}


def slope_of(points):
    """Least squares through (seconds, MiB): MiB an hour, and its standard error."""
    n = len(points)
    mean_t = sum(t for t, _ in points) / n
    mean_m = sum(m for _, m in points) / n
    under = sum((t - mean_t) ** 2 for t, _ in points)
    slope = sum((t - mean_t) * (m - mean_m) for t, m in points) / under
    left = sum((m - mean_m - slope * (t - mean_t)) ** 2 for t, m in points)
    return slope * 3600, math.sqrt(left / (n - 2) / under) * 3600


class Soak:
    def __init__(self, control, view, begin, seconds, reconnects):
        self.control, self.view = control, view
        self.begin, self.seconds, self.reconnects = begin, seconds, reconnects
        self.done = self.refused = self.unsettled = self.overkept = 0
        self.applied = collections.deque()  # (second, events so far) of what is kept
        self.kept_s = 0.0
        self.most_events = 0  # in so long
        self.points = []  # a dictionary a measurement

    def now(self):
        return time.time() - self.begin

    def over(self):
        return self.now() >= self.seconds or self.view.poll() is not None

    def look(self):
        feeds, counters = self.control.ask("feeds"), self.control.ask("counters")
        self.reconnects.look(self.now(), (feeds or [{}])[0], counters["events_applied"],
                             counters["feed_reconnects"])
        self.applied.append((self.now(), counters["events_applied"]))
        while self.applied[0][0] < self.now() - self.kept_s - KEPT_LATE_S:
            self.applied.popleft()
        events = self.applied[-1][1] - self.applied[0][1]
        self.most_events = max(self.most_events, events)

    def rest(self, seconds):
        end = self.now() + seconds
        while self.now() < end and not self.over():
            self.look()
            time.sleep(ASK_S)

    def act(self, rng, until):
        acted = 0.0
        while self.now() < until and not self.over():
            if self.now() - acted >= ACT_S:
                acted = self.now()
                answer = self.control.run(rng.choice(ACTIONS).split())
                self.done += 1
                self.refused += answer.get("error") != "success"
            self.look()
            time.sleep(ASK_S)

    def go_back(self):
        """As it was at the start; False: not all fields came."""
        lines = [(line, None) for line in DESK_BACK]
        lines += [(line, 4 * window) for window in (0, 1) for line in WINDOW_BACK]
        lines += [("layout reference", None)]
        lines += [(line, pane) for pane in PANES for line in PANE_BACK]
        for line, pane in lines:
            self.control.must(line, pane)
            self.look()
        self.rest(SHRINK_S)
        self.control.must("reset-graphics")
        for panels, seconds in (("layers pin", SHOWN_S), ("hidden", 0)):
            for window in (0, 1):
                self.control.must(f"set panels {panels}", 4 * window)
            self.rest(seconds)
        end = self.now() + FULL_S
        while self.now() < end and not self.over():
            self.rest(1)
            if all(self.control.ask("field-full", pane) for pane in PANES):
                self.rest(REST_S)
                return not self.over()
        self.unsettled += not self.over()
        return False

    def kept_mib(self):
        """What is kept for an instant replay; counted if it is more than its time."""
        kept = self.control.ask("recent")
        self.look()
        spare = KEPT_BLOCKS * BLOCK_SLOTS
        self.overkept += (kept["slots"] > KEPT_MORE * self.most_events + spare or
                          kept["bytes"] > (kept["slots"] + spare) * SLOT_BYTES)
        return (kept["bytes"] + kept["older-bytes"]) / MIB

    def measure(self):
        samples = []
        for _ in range(SAMPLES):
            heap = self.control.ask("heap")
            history = self.control.ask("history-bytes") / MIB
            sample = kernel_mib(self.view.pid)
            used, free = heap["used"] / MIB, heap["free"] / MIB
            kept = self.kept_mib()
            sample.update(used=used, free=free, history=history, kept=kept,
                          held=used - history - kept, anon=sample["anonymous"] - history - kept)
            samples.append(sample)
            self.rest(1)  # looks, too
        point = {key: sum(s[key] for s in samples) / SAMPLES for key in samples[0]}
        point["s"] = self.now()
        self.points.append(point)
        print(f"{self.now() / 60:5.1f} min: {point['rss']:.1f} MiB resident, "
              f"{point['anonymous']:.1f} anonymous, {point['used']:.1f} allocated + "
              f"{point['free']:.1f} free, {point['history']:.1f} of it history, "
              f"{point['kept']:.1f} to replay; "
              f"{self.done} actions ({self.refused} refused), "
              f"{self.control.ask('events-applied')} events; "
              f"{self.reconnects.done} reconnects, {self.reconnects.unseen} unseen, "
              f"{self.reconnects.missed} missed; {len(self.control.ask('panes') or [])} panes, "
              f"{self.unsettled} times not settled", flush=True)

    def run(self):
        rng = random.Random(SEED)
        every = min(max(self.seconds / MEASURES, MEASURE_EVERY_S[0]), MEASURE_EVERY_S[1])
        self.kept_s = self.control.ask("recent")["s"]
        self.rest(WARM_S)
        self.control.must("layout-save reference")
        due = 0.0
        while not self.over():
            if self.go_back():
                self.measure()
            due += every
            self.act(rng, due)

    def judge(self):
        """Print the slopes of the second half; whether it is shown that memory is flat."""
        half = self.points[len(self.points) // 2:]
        if len(half) < 4:
            print(f"soak: {len(half)} measurements in the second half show nothing")
            return False
        good = True
        for key, limit in (("rss", None), ("anonymous", None), ("used", None), ("free", None),
                           ("history", None), ("kept", None), ("held", HELD_MAX),
                           ("anon", ANON_MAX)):
            slope, error = slope_of([(point["s"], point[key]) for point in half])
            words = ""
            if limit is not None:
                flat = slope + 2 * error <= limit
                good = good and flat
                words = f", at most {limit:.0f} with two errors: {'flat' if flat else 'NOT FLAT'}"
            print(f"soak: {key:9} {self.points[0][key]:7.1f} -> {self.points[-1][key]:7.1f} MiB, "
                  f"second half {slope:+6.2f} +- {error:.2f} MiB/h{words}")
        return good


def start_view(binary, port, folder):
    env = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
    with open(os.path.join(folder, "log"), "wb") as log:
        return subprocess.Popen(
            [binary, "view", "binance_usdm:BTCUSDT", "--binance-ws-url", f"ws://127.0.0.1:{port}",
             "--binance-rest-url", f"http://127.0.0.1:{port}", "--ipc", os.path.join(folder, "ipc"),
             "--panels", "hidden", "--open",
             "window=4h size=900x500 position=10,10 | window=1h palette=viridis"],
            env=env, stderr=log)


def main():
    binary = sys.argv[1]
    seconds = float(sys.argv[2]) * 60 if len(sys.argv) > 2 else 7200
    port = free_port()
    folder = tempfile.mkdtemp(prefix="liqscope-soak-")
    script = faults(seconds)
    begin = time.time()
    exchange = subprocess.Popen(
        [binary, "simulate", "--serve", f"127.0.0.1:{port}", "--faults",
         ",".join(f"{at}:{fault}" for at, fault in script)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(WARM_S)
    view = start_view(binary, port, folder)
    control = Control(os.path.join(folder, "ipc"))
    control.connect()
    reconnects = Reconnects([at for at, fault in script if fault.startswith("disconnect")
                             and at < seconds - SEEN_S - RECONNECT_S])
    soak = Soak(control, view, begin, seconds, reconnects)
    failed = False
    try:
        soak.run()
    except (OSError, RuntimeError) as error:
        print(f"soak: {error}")
        failed = True
        time.sleep(1)  # if it ended, it is known by then
    if view.poll() is not None:
        print(f"soak: the program ended by itself, status {view.returncode}; see {folder}/log")
        failed = True
    else:
        view.send_signal(signal.SIGTERM)
        failed = view.wait(30) != 0 or failed
    exchange.terminate()
    exchange.wait()
    flat = soak.judge()
    print(f"soak: {reconnects.done} reconnects, at most {reconnects.longest_s:.1f} s without, "
          f"{reconnects.unseen} unseen, {reconnects.missed} missed; {soak.done} actions, "
          f"{soak.refused} refused; {soak.unsettled} times not settled, "
          f"{soak.overkept} times more kept than its time")
    missed = reconnects.unseen + reconnects.missed
    return 1 if failed or not flat or missed + soak.overkept > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
