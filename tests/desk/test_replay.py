"""tests/desk/test_replay.py - looking back from what is live, and moving about in a recording, with
real keys and mouse.

usage: test_replay.py LIQSCOPE.  Status 77: something that the test needs is not installed."""
import os
import subprocess
import sys
import time

from rig import HEIGHT, WIDTH, Program, focus, keys, main, point, wait_for, xdo
from check import check  # of tests/support, where rig looks

BAR_Y = HEIGHT - 42  # on the time bar, which lies along the foot of the plot


class Replay:
    """A program, and what it says of its replay."""

    def __init__(self, binary, folder, arguments):
        os.makedirs(folder)
        self.program = Program(binary, folder, arguments + ["--size", f"{WIDTH}x{HEIGHT}"])
        self.remote = self.program.remote
        wait_for("a price", 60, lambda: self.remote.get("price"))
        focus(400, 300)

    def state(self):
        return self.remote.get("replay")

    def now(self):
        return self.remote.get("replay-time")

    def reaches(self, what, is_there):
        wait_for(f"{what}; it is at {self.now()}, {self.state()}", 30,
                 lambda: self.state() and not self.state()["seeking_ms"] and is_there(self.state()))
        print(f"ok: {what}", flush=True)


def look_back(binary, folder):
    """From the demo market into its recording, and live again."""
    live = Replay(binary, os.path.join(folder, "live"),
                  ["demo", "--days", "0.3", "--window", "10m", "--speed", "1"])
    path = os.path.join(folder, "demo.liq")
    try:
        check("without a recording it says so",
               "nothing of it has been recorded" in live.remote.refused("pause"))
        live.remote.command("record", path)
        wait_for("events in a recording", 30,
                 lambda: live.remote.get("recording").get("events", 0) > 300)
        begin = live.remote.get("now-ms")
        time.sleep(2.5)  # what was recorded is committed each second
        keys("shift+space")
        live.reaches("Shift+Space looks back and stands still",
                     lambda state: state["of_live"] and state["paused"])
        stood, lost = live.now(), live.remote.get("recording")["lost"]
        check("at about now", 0 <= stood - begin < 60000, stood - begin)
        live.remote.command("seek", "-1s")
        live.reaches("a second before", lambda state: state["of_live"] and state["paused"])
        check("it is that moment", live.now() == stood - 1000, stood - live.now())
        recorded = live.remote.get("recording")["events"]
        wait_for("the recording to go on meanwhile", 30,
                 lambda: live.remote.get("recording")["events"] > recorded + 100)
        keys("End")
        wait_for("it to be live", 10, lambda: live.state() is None)
        wait_for("the present", 20, lambda: (live.remote.get("now-ms") or 0) > stood + 1000)
        check("nothing was lost", live.remote.get("recording")["lost"] == lost == 0)
        keys("shift+Left")
        live.reaches("Shift+Left looks back", lambda state: state["of_live"])
        live.remote.command("live")
        wait_for("it to be live", 10, lambda: live.state() is None)
        live.remote.command("replay", "-2s")
        live.reaches("replay looks back", lambda state: state["of_live"])
        live.remote.command("seek", "+1h")
        wait_for("a replay that has caught up to go live", 30, lambda: live.state() is None)
        live.remote.command("record")
        keys("q")
        check("it ends", live.program.end() == 0, live.program.said())
    finally:
        live.program.kill()


def move_about(binary, folder):
    """In a recording: jumps, a loop, the time bar."""
    lines, path = os.path.join(folder, "market.jsonl"), os.path.join(folder, "market.liq")
    for command in (["simulate", "--days", "0.05", "-o", lines], ["import", lines, "-o", path]):
        subprocess.run([binary] + command, check=True, stderr=subprocess.DEVNULL)
    replay = Replay(binary, os.path.join(folder, "replay"), [path, "--window", "20m"])
    try:
        replay.remote.command("pause")
        replay.reaches("it is looked through", lambda state: state["looked_through"])
        begin, end = replay.state()["begin_ms"], replay.state()["end_ms"]
        middle = (begin + end) // 2
        utc = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(middle // 1000))
        replay.remote.command("seek", utc)
        replay.reaches("a moment is sought", lambda _: abs(replay.now() - middle) < 1000)
        stood = replay.now()
        replay.remote.command("jump", "next", "liquidation")
        replay.reaches("the next liquidation", lambda _: replay.now() > stood)
        there = replay.now()
        replay.remote.command("jump", "next", "liquidation")
        replay.reaches("the one after it", lambda _: replay.now() > there)
        replay.remote.command("jump", "previous", "liquidation")
        replay.reaches("back to it", lambda _: replay.now() == there)
        check("what there is none of", "none" in replay.remote.refused("jump", "next", "gap"))
        refuses_what_is_outside(replay, begin, end)
        replay.remote.command("seek", utc)
        replay.reaches("again", lambda _: abs(replay.now() - middle) < 1000)
        replay.remote.command("pause")
        seeks = replay.state()["seeks"]
        for _ in range(3):
            replay.remote.command("faster")  # ten times
        replay.remote.command("loop", "-10s", "+2s")
        replay.reaches("a loop begins anew, and anew",
                       lambda state: state["seeks"] >= seeks + 3)
        loop = replay.state()
        check("it stays in the loop", replay.now() >= loop["loop_from_ms"], loop)
        replay.remote.command("loop", "off")
        for _ in range(3):
            replay.remote.command("slower")
        replay.remote.command("pause")
        hands_on_the_bar(replay, begin, end)
        keys("q")
        check("it ends", replay.program.end() == 0, replay.program.said())
    finally:
        replay.program.kill()


def utc_of(ts_ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ts_ms // 1000))


def refuses_what_is_outside(replay, begin, end):
    """A loop or a time outside of the recording is a mistake; a step leads to its end."""
    span = f"outside of the recording, which is of {utc_of(begin)}Z to {utc_of(end)}Z"
    seeks, later = replay.state()["seeks"], utc_of(end + 3600000)
    for words in (("loop", "3", "4"), ("loop", later, "+1m"), ("seek", "3"), ("seek", later)):
        said = replay.remote.refused(*words)
        check(f"{' '.join(words)} is refused", said.endswith(span) and said.startswith(words[0]),
              said)
    state = replay.state()
    check("and nothing is sought", (state["seeks"], state["seeking_ms"], state["loop_to_ms"]) ==
          (seeks, None, None), state)
    replay.remote.command("seek", "+9h")
    replay.reaches("a step beyond the end leads to it", lambda _: replay.now() >= end - 1000)


def hands_on_the_bar(replay, begin, end):
    """A click goes to its place, a drag shows moments on its way and ends at its own."""
    point(400, 300)
    point(300, BAR_Y)
    xdo("click", 1)
    replay.reaches("a click goes to its place",
                   lambda _: 0.1 < (replay.now() - begin) / (end - begin) < 0.4)
    first = replay.now()
    xdo("mousemove", 400, BAR_Y, "click", 1)
    replay.reaches("and another further to the right", lambda _: replay.now() > first)
    second, seeks = replay.now(), replay.state()["seeks"]
    ms_of_px = (second - first) / 100
    xdo("mousemove", 400, BAR_Y, "mousedown", 1, "mousemove", 550, BAR_Y)
    wait_for("a moment on the way of a drag", 30,
             lambda: replay.state()["seeks"] > seeks and replay.now() > second)
    xdo("mousemove", 700, BAR_Y, "mouseup", 1)
    replay.reaches("a drag ends where it is let go",
                   lambda _: abs(replay.now() - second - 300 * ms_of_px) < 3 * ms_of_px)


def work(folder, _screen):
    look_back(sys.argv[1], folder)
    move_about(sys.argv[1], folder)


if __name__ == "__main__":
    sys.exit(main(work))
