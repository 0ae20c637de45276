"""tests/desk/test_kiosk.py - a kiosk on two displays, opened by a layout: nobody gets out of it.

usage: test_kiosk.py LIQSCOPE.  The layout asks for two small windows with panels and one that is
not full screen; the kiosk fills both displays whatever it says. Everything that ends, leaves,
opens or covers a desk is then tried by key, button and control socket, and only the chord ends it.
Status 77: something that the test needs is not installed."""
import os
import sys

from rig import HEIGHT, WIDTH, Failure, Program, close, focus, keys, main, wait_for, windows, xdo

LAYOUT = """[window 1]
screen = 1
size = 640x360
fullscreen = no
panels = pin layers clusters statistics
[pane 1.1]
window = 1mo
[window 2]
screen = {second}
size = 640x360
panels = pin layers
[pane 2.1]
window = 1mo
palette = viridis
"""
# A month: what is left of the live edge stands still.
STILL = (60, 100, 500, 300)
WAYS_OUT = ("q", "Escape", "f", "F11", "ctrl+w", "ctrl+n", "ctrl+BackSpace")
COVERS = ("space", "question", "i", "ctrl+p")
ACTIONS = (["quit"], ["back"], ["fullscreen"], ["leave-fullscreen"], ["window-new"],
           ["window-close"], ["pane-close"], ["panels"], ["panel", "layers"], ["keys"],
           ["statistics"], ["console"], ["layout", "small"])


def is_whole(remote):
    """Both windows fill a display of their own."""
    windows = remote.get("windows")
    return len(windows) == 2 and all(
        w["fullscreen"] and (w["width_px"], w["height_px"]) == (WIDTH, HEIGHT) for w in windows)


class Kiosk:
    def __init__(self, binary, folder, screen):
        self.screen = screen
        layouts = os.path.join(folder, "config", "liqscope", "layouts")
        os.makedirs(layouts)
        for name in ("wall", "small"):
            with open(os.path.join(layouts, name + ".conf"), "w", encoding="ascii") as out:
                out.write(LAYOUT.format(second=screen.displays))
        self.program = Program(binary, folder, ["demo", "--days", "0.5", "--layout", "wall",
                                                "--kiosk"])
        self.remote = self.program.remote

    def displays(self):
        """What each display shows of what stands still."""
        picture = self.screen.look()
        x, y, width, height = STILL
        return [picture.part(x + i * WIDTH, y, width, height) for i in range(self.screen.displays)]

    def stays_whole(self, what):
        if self.program.process.poll() is not None:
            raise Failure(f"{what} ended it: {self.program.said()}")
        wait_for(f"two whole windows after {what}", 20, lambda: is_whole(self.remote))

    def stays_bare(self, what, before):
        """Nothing covers the picture, and both windows are whole."""
        self.stays_whole(what)
        wait_for(f"nothing over the picture after {what}", 20,
                 lambda: all(now.differs(then) < 0.02
                             for now, then in zip(self.displays(), before)))

    def begin(self):
        wait_for("a price", 60, lambda: self.remote.get("price"))
        wait_for("two windows that fill their displays", 20, lambda: is_whole(self.remote))
        wait_for("both fields", 60, lambda: all(
            self.remote.get("field-full", pane) for pane in (0, 4)))
        wait_for("pictures on every display", 30,
                 lambda: all(part.colours() > 50 for part in self.displays()))

    def try_keys(self):
        before = self.displays()
        for display in range(self.screen.displays):
            focus(display * WIDTH + 900, 300)
            for name in WAYS_OUT:
                keys(name)
                self.stays_whole(f"{name} on display {display + 1}")
            for name in COVERS:
                keys(name)
            self.stays_bare(f"{' '.join(COVERS)} on display {display + 1}", before)

    def try_buttons(self):
        before = self.displays()
        for x, y in ((8, 100), (WIDTH // 2, HEIGHT // 2), (WIDTH - 8, 8)):
            xdo("mousemove", x, y, "click", 1, "click", 3, "click", "--repeat", 2, 1)
        self.stays_bare("clicks", before)
        for window in windows("liqscope"):
            close(window)
            self.stays_whole("the close button")

    def try_socket(self):
        before = self.displays()
        for command in ACTIONS:
            self.remote.command(*command)
            self.stays_whole(" ".join(command))
        self.stays_bare("all actions", before)

    def end(self):
        focus(900, 300)
        keys("ctrl+alt+shift+q")
        status = self.program.end()
        if status != 0:
            raise Failure(f"the chord ended it with {status}: {self.program.said()}")

    def run(self):
        for step in (self.begin, self.try_keys, self.try_buttons, self.try_socket, self.end):
            step()
            print(f"ok: {step.__name__.replace('_', ' ')}", flush=True)


if __name__ == "__main__":
    sys.exit(main(lambda folder, screen: Kiosk(sys.argv[1], folder, screen).run()))
