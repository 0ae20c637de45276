#!/usr/bin/env python3
"""windows.py LIQSCOPE [SIZE [SECONDS]] - what a second window does to the frames of the first.

Opens one window, then two of the same size (default 1920x1080), each five minutes of the
simulated market that scroll live, and asks the program through its control socket how many frames
it drew in SECONDS (default 20) and how many were late, and the system what CPU time that took,
once the start is over. Prints frames a second of each window, what drawing one took and the CPU
time of a frame (its share of everything else included) and of a second, and how many times that
of one window alone these are. Wants a display (DISPLAY).
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

from soak import Control

START_S = 8


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def look(control, pid):
    counters = control.run(["get_property", "counters"])["data"]
    return time.monotonic(), counters["frames_drawn"], counters["frames_late"], cpu_s(pid)


def run(binary, size, seconds, windows):
    """(seconds, frames, late, CPU seconds) of SECONDS, and milliseconds to draw a frame."""
    folder = tempfile.mkdtemp(prefix="liqscope-windows-")
    env = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
    path = os.path.join(folder, "ipc")
    command = [binary, "view", "demo", "--size", size, "--window", "5m", "--ipc", path]
    if windows > 1:
        command += ["--open", " ; ".join([f"window=5m size={size}"] * (windows - 1))]
    with open(os.path.join(folder, "log"), "wb") as log:
        process = subprocess.Popen(command, env=env, stderr=log, stdout=subprocess.DEVNULL)
    control = Control(path)
    control.connect()
    time.sleep(START_S)
    before = look(control, process.pid)
    time.sleep(seconds)
    spent = [b - a for a, b in zip(before, look(control, process.pid))]
    draw_ms = control.run(["get_property", "frame-ms"])["data"]
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    return spent, draw_ms


def main():
    binary = sys.argv[1]
    size = sys.argv[2] if len(sys.argv) > 2 else "1920x1080"
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 20
    alone = None
    for windows in (1, 2):
        (spent_s, frames, late, cpu), draw_ms = run(binary, size, seconds, windows)
        now = (draw_ms["p50"], cpu / max(1, frames) * 1e3, cpu / spent_s)
        alone = alone or now
        print(f"{windows} of {size}: {frames / spent_s / windows:5.1f} frames a second each, "
              f"{late} late; a frame: "
              f"{now[0]:.1f} ms (p99 {draw_ms['p99']:.1f}), "
              f"{now[0] / alone[0]:.2f} x one window's; "
              f"{now[1]:.1f} ms CPU, {now[1] / alone[1]:.2f} x; a second: {now[2]:.2f} s CPU, "
              f"{now[2] / alone[2]:.2f} x", flush=True)


if __name__ == "__main__":
    main()
