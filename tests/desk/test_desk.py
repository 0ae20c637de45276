"""tests/desk/test_desk.py - the real program on two displays, driven by real keys and mouse.

usage: test_desk.py LIQSCOPE.  Each step presses or drags something, then asks the program's
control socket what it thinks and looks at the screen.  Status 77: something that the test needs is
not installed."""
import http.server
import json
import os
import subprocess
import sys
import threading
import time

from rig import (HEIGHT, WIDTH, Failure, Program, close, drag, focus, keys, main, point, wait_for,
                 windows, xdo)
from ipc_client import IpcError  # of tests/support, where rig looks

PLOT = (60, 120, 900, 330)  # well inside the plot of 1280 x 720, away from all that moves by itself


class Hook(http.server.BaseHTTPRequestHandler):
    """The webhook that alerts are posted to; refuses the first one to see it retried."""
    bodies = []
    refused = 0

    def do_POST(self):  # the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if Hook.refused == 0:
            Hook.refused += 1
            self.send_response(503)
        else:
            Hook.bodies.append(json.loads(body))
            self.send_response(204)
        self.end_headers()

    def log_message(self, format, *args):  # the library's names
        pass


def start_hook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


class Desk:
    """The program under test and the steps that it goes through, in order."""

    def __init__(self, binary, folder, screen):
        self.screen = screen
        self.folder = folder
        hook = f"http://127.0.0.1:{start_hook()}/hook"
        config = (f"[delivery]\nalert_webhook = {hook}\nalert_sound = no\n"
                  "[alerts]\nalways = price above 1 webhook\n"
                  "[keys]\nCtrl+y = set palette viridis\n")
        second = f"screen={screen.displays}"
        arguments = ["demo", "--days", "0.5", "--window", "4h", "--size", f"{WIDTH}x{HEIGHT}",
                     "--screen", "1", "--clean-delay", "2", "--open",
                     f"{second} window=1h palette=deep-red"]
        self.program = Program(binary, folder, arguments, config)
        self.remote = self.program.remote

    def get(self, name):
        return self.remote.get(name)

    def expect(self, name, value, seconds=5):
        wait_for(f"{name} to be {value!r}, it is {self.get(name)!r}", seconds,
                 lambda: self.get(name) == value)

    def look(self, rect=(0, 0, WIDTH, HEIGHT)):
        return self.screen.look().part(*rect)

    def changes(self, what, act, rect=(0, 0, WIDTH, HEIGHT), share=0.01):
        """act() changes so much of the picture."""
        before = self.look(rect)
        act()
        wait_for(f"{what} to change the picture", 6,
                 lambda: self.look(rect).differs(before) > share)

    def has_windows(self, count):
        wait_for(f"{count} windows", 10, lambda: len(self.get("windows")) == count)

    # -- steps --

    def step_it_goes_live_in_two_windows(self):
        wait_for("a price", 60, lambda: self.get("price"))
        self.has_windows(2)
        wait_for("a picture of many colours", 30, lambda: self.look().colours() > 300)
        if self.screen.displays > 1:
            wait_for("a picture on the second display", 30,
                     lambda: self.screen.look().part(WIDTH, 0, WIDTH, HEIGHT).colours() > 300)

    def step_keys_turn_what_is_shown(self):
        focus(400, 300)
        self.expect("palette", "perceptual")
        palette = self.get("palette")
        self.changes("c", lambda: keys("c"))
        wait_for("another palette", 5, lambda: self.get("palette") != palette)
        keys("ctrl+y")
        self.expect("palette", "viridis")
        keys("shift+c")
        keys("1")
        wait_for("a band to be off", 5, lambda: self.get("bands") != "all")
        keys("0")
        self.expect("bands", "all")
        keys("l")
        self.expect("side", "long")
        keys("l")
        self.expect("side", "both")

    def step_time_frames_follow_the_ladder(self):
        self.expect("window", "4h")
        self.changes("]", lambda: keys("bracketright"))
        self.expect("window", "12h")
        keys("bracketleft")
        self.expect("window", "4h")

    def step_the_mouse_zooms_pans_and_end_follows(self):
        point(500, 300)
        self.changes("the wheel", lambda: xdo("click", 4))
        wait_for("a shorter window", 5, lambda: self.get("window") != "4h")
        self.changes("a drag", lambda: drag(500, 300, 800, 340))
        self.expect("following", False)
        keys("End")
        self.expect("following", True)
        self.remote.command("set_property", "window", "4h")
        self.expect("window", "4h")

    def step_measuring_shows_what_lies_between(self):
        self.changes("measuring", lambda: drag(300, 200, 600, 380, 2), PLOT, 0.005)
        keys("Escape")

    def step_full_screen_and_back(self):
        self.expect("fullscreen", False)
        keys("f")
        self.expect("fullscreen", True)
        keys("f")
        self.expect("fullscreen", False)

    def step_panels_open_and_close(self):
        keys("Escape")
        self.changes("panels", lambda: keys("space"))
        keys("space")
        self.changes("the keys", lambda: keys("question"))
        self.changes("Esc", lambda: keys("Escape"))

    def step_a_window_is_split_and_joined_again(self):
        self.changes("splitting", lambda: keys("ctrl+Return"))
        wait_for("two panes", 5, lambda: self.get("windows")[0]["panes"] == 2)
        keys("ctrl+BackSpace")
        wait_for("one pane", 5, lambda: self.get("windows")[0]["panes"] == 1)

    def step_a_close_button_closes_its_window(self):
        before = set(windows("liqscope"))
        self.remote.command("window-new")
        self.has_windows(3)
        close(wait_for("a third window", 10, lambda: set(windows("liqscope")) - before).pop())
        self.has_windows(2)
        focus(400, 300)

    def step_a_screenshot_is_a_file(self):
        folder = os.path.join(self.folder, "pictures")
        keys("s")
        first = wait_for("a screenshot", 15, lambda: os.listdir(folder))
        keys("s")
        wait_for("another one beside it", 15, lambda: len(os.listdir(folder)) == 2)
        with open(os.path.join(folder, first[0]), "rb") as picture:
            if picture.read(8) != b"\x89PNG\r\n\x1a\n":
                raise Failure("the screenshot is no PNG")

    def step_a_window_is_filmed(self):
        path = os.path.join(self.folder, "desk.y4m")
        self.remote.command("film", path)
        head = b"YUV4MPEG2 W%d H%d F30:1 " % (WIDTH, HEIGHT)
        frame_bytes = 6 + WIDTH * HEIGHT * 3 // 2
        wait_for("frames of a film", 30, lambda: os.path.getsize(path) > 5 * frame_bytes)
        keys("ctrl+f")

        def size():
            with open(path, "rb") as film:
                first = film.readline()
            if not first.startswith(head):
                raise Failure(f"the film begins with {first}")
            return os.path.getsize(path) - len(first)
        wait_for("the film to be whole", 30,
                 lambda: time.sleep(1) or size() % frame_bytes == 0)
        os.remove(path)

    def step_what_just_happened_is_saved(self):
        path = os.path.join(self.folder, "instant.liq")
        self.remote.command("set", "instant-replay-film no")
        self.remote.command("instant-replay", path)
        wait_for("the recording", 20, lambda: os.path.exists(path) and
                 "are saved to" in self.get("notice")["text"])
        done = subprocess.run([sys.argv[1], "levels", path, "--json"], stdout=subprocess.PIPE,
                              check=True)
        if not json.loads(done.stdout).get("demo"):
            raise Failure("what was saved does not say that the market is simulated")

    def step_a_clean_feed_shows_pictures_alone(self):
        def green():
            data = memoryview(self.look().data).cast("I")
            return sum(pixel & 0xffffff == 0x00ff00 for pixel in data) / len(data)
        before = self.get("windows")
        self.remote.command("set", "clean-background green")
        self.remote.command("clean-feed")
        wait_for("a window of that name", 10, lambda: windows("^liqscope clean feed$"))
        wait_for("its background", 30, lambda: green() > 0.2)
        focus(WIDTH // 2, HEIGHT // 2)
        shown = self.get("show")
        keys("h", "space")  # nobody's hand changes it, nor what is behind it
        time.sleep(0.5)
        if self.get("show") != shown or self.get("windows")[-1]["focused"]:
            raise Failure("a key acted in the clean feed")
        self.remote.command("clean-feed")
        wait_for("its end", 10, lambda: len(self.get("windows")) == len(before))
        self.remote.command("set", "clean-background picture")
        focus(WIDTH // 2, HEIGHT // 2)

    def step_what_arrives_is_recorded(self):
        path = os.path.join(self.folder, "desk.liq")
        self.remote.command("record", path)
        wait_for("events in a recording", 20,
                 lambda: self.remote.get("recording").get("events", 0) > 100)
        keys("r")
        wait_for("its end", 20, lambda: not self.remote.get("recording").get("running"))
        with open(path, "rb") as recording:
            if recording.read(15) != b"SQLite format 3":
                raise Failure("the recording is none")

    def step_an_alert_reaches_the_webhook(self):
        body = wait_for("the webhook", 60, lambda: Hook.bodies)[0]
        if body.get("alert") != "always" or body.get("state") != "firing" or Hook.refused != 1:
            raise Failure(f"the webhook got {body}, {Hook.refused} refused")
        time.sleep(2)
        if len(Hook.bodies) != 1:
            raise Failure(f"the webhook got {len(Hook.bodies)} of one alert")

    def step_the_socket_sets_and_refuses(self):
        self.remote.command("set_property", "palette", "hot-cold")
        self.expect("palette", "hot-cold")
        for command in (["set_property", "palette", "pink"], ["dance"],
                        ["get_property", "no-such"]):
            self.remote.refused(*command)
        self.remote.command("span-longer")
        self.expect("window", "12h")

    def step_a_lost_context_is_made_anew(self):
        self.changes("panels", lambda: keys("space"))
        self.remote.command("reset-graphics")
        wait_for("a picture of many colours", 30, lambda: self.look().colours() > 300)
        self.has_windows(2)
        keys("space")

    def step_a_changed_file_is_read(self):
        with open(self.program.config, "a", encoding="utf-8") as out:
            out.write("[picture]\npalette = paper\n")
        self.expect("palette", "paper", 10)

    def step_it_ends_and_remembers(self):
        keys("q")
        status = self.program.end()
        if status != 0:
            raise Failure(f"it ended with {status}: {self.program.said()}")

    def run(self):
        """Every step, in order, also after one that failed; how many did."""
        failed = 0
        for name in [n for n in vars(Desk) if n.startswith("step_")]:
            text = name[5:].replace("_", " ")
            begin = time.monotonic()
            try:
                getattr(self, name)()
                print(f"ok: {text} ({time.monotonic() - begin:.1f} s)", flush=True)
            except (Failure, IpcError, OSError) as failure:
                failed += 1
                print(f"FAILED: {text}: {failure}", flush=True)
                if self.program.process.poll() is not None:
                    break
        print(self.program.said())
        return failed


if __name__ == "__main__":
    sys.exit(main(lambda folder, screen: Desk(sys.argv[1], folder, screen).run() > 0))
