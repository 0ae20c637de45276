"""tests/desk/rig.py - an X server with two displays, liqscope in it, hands and eyes.

The server is Xorg with the dummy driver (two outputs that can be switched), or Xvfb with one
display where that cannot start.  Hands are xdotool's real key and mouse events, eyes are xwd's
pictures of the screen, and what the program thinks is asked through its control socket."""
import ctypes
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ipc_client import IpcClient  # noqa: E402
from screen import start_server  # noqa: E402

WIDTH, HEIGHT = 1280, 720

MODE = 'Modeline "desk" 74.50 1280 1344 1472 1664 720 723 728 748 -hsync +vsync'
# Both outputs are on from the start: this driver's picture keeps the width of its beginning.
XORG_CONF = f"""
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoAddGPU" "false"
  Option "DontVTSwitch" "true"
EndSection
Section "Device"
  Identifier "device"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Monitor"
  Identifier "DUMMY0"
  HorizSync 5.0-1000.0
  VertRefresh 5.0-200.0
  {MODE}
  Option "PreferredMode" "desk"
EndSection
Section "Monitor"
  Identifier "DUMMY1"
  HorizSync 5.0-1000.0
  VertRefresh 5.0-200.0
  {MODE}
  Option "PreferredMode" "desk"
  Option "Enable" "true"
  Option "Position" "1280 0"
EndSection
Section "Screen"
  Identifier "screen"
  Device "device"
  Monitor "DUMMY0"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual 2560 720
  EndSubSection
EndSection
"""


class Failure(Exception):
    """What was seen is not what should be."""


def wait_for(what, seconds, check):
    """check() until it is true; its value.  Failure(what) after so long."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.1)


def unpack(data, width, height, line):
    """Rows of three bytes a pixel as such of four."""
    out = bytearray(4 * width * height)
    for y in range(height):
        row = data[y * line:y * line + 3 * width]
        for byte in range(3):
            out[4 * width * y + byte:4 * width * (y + 1):4] = row[byte::3]
    return bytes(out)


class Screen:
    """The X server."""

    def __init__(self, folder):
        self.folder = folder
        self.displays = 1
        self.process = None
        if shutil.which("Xorg") and shutil.which("xrandr"):
            conf = os.path.join(folder, "xorg.conf")
            with open(conf, "w", encoding="ascii") as out:
                out.write(XORG_CONF)
            log = os.path.join(folder, "xorg.log")
            self.process = start_server(["Xorg", "-noreset", "-config", conf, "-logfile", log])
            self.displays = 2 if self.process and self.second(True) else 1
        if self.process is None:
            self.process = start_server(["Xvfb", "-screen", "0", f"{WIDTH}x{HEIGHT}x24"])
        if self.process is None:
            raise Failure("no X server starts here")

    def second(self, on):
        """Switch the second display on, or off; False: this server has none."""
        arguments = ["--mode", "desk", "--pos", f"{WIDTH}x0"] if on else ["--off"]
        size = f"{2 * WIDTH}x{HEIGHT}"
        done = subprocess.run(["xrandr", "--fb", size, "--output", "DUMMY1"] + arguments,
                              stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0

    def look(self):
        """A picture of the whole screen."""
        done = subprocess.run(["xwd", "-root", "-silent"], stdout=subprocess.PIPE, check=True)
        data = done.stdout
        head = struct.unpack(">25I", data[:100])
        width, height, bits, line, colours = head[4], head[5], head[11], head[12], head[19]
        begin = head[0] + 12 * colours
        data = data[begin:begin + line * height]
        if bits == 24:  # this driver packs its pixels
            data = unpack(data, width, height, line)
            line = 4 * width
        return Picture(width, height, line, data)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


class Picture:
    """Pixels, four bytes each (blue, green, red, unused)."""

    def __init__(self, width, height, line, data):
        self.width, self.height, self.line, self.data = width, height, line, data

    def part(self, x, y, width, height):
        first = y * self.line + 4 * x
        starts = range(first, first + height * self.line, self.line)
        rows = b"".join(self.data[start:start + 4 * width] for start in starts)
        return Picture(width, height, 4 * width, rows)

    def colours(self):
        return len(set(memoryview(self.data).cast("I")))

    def differs(self, other):
        """Share of the pixels that are not the same, 0..1."""
        mine, its = memoryview(self.data).cast("I"), memoryview(other.data).cast("I")
        if len(mine) != len(its):
            return 1.0
        return sum(a != b for a, b in zip(mine, its)) / max(1, len(mine))


class Program:
    """liqscope view, with a home of its own."""
    started = []  # for main, which ends what a failed step has left

    def __init__(self, binary, folder, arguments, config=""):
        self.folder = folder
        home = {"HOME": folder, "XDG_CONFIG_HOME": os.path.join(folder, "config"),
                "XDG_STATE_HOME": os.path.join(folder, "state"),
                "XDG_PICTURES_DIR": os.path.join(folder, "pictures"),
                "XDG_RUNTIME_DIR": folder, "SDL_AUDIODRIVER": "dummy",
                "LSAN_OPTIONS": "detect_leaks=0"}
        path = os.path.join(folder, "config", "liqscope")
        os.makedirs(path, exist_ok=True)
        os.makedirs(os.path.join(folder, "pictures"), exist_ok=True)
        self.config = os.path.join(path, "liqscope.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(config)
        self.errors = open(os.path.join(folder, "errors"), "w+", encoding="utf-8")
        environment = {**os.environ, **home}
        environment.pop("WAYLAND_DISPLAY", None)
        environment.pop("SDL_VIDEODRIVER", None)
        ipc = os.path.join(folder, "ipc")
        self.process = subprocess.Popen([binary, "view", "--ipc", ipc] + arguments, env=environment,
                                        stderr=self.errors)
        Program.started.append(self)
        try:
            self.remote = IpcClient(ipc, 30, self.process)
        except OSError as error:
            raise Failure(f"no control socket: {self.said()}") from error

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def end(self):
        """Its exit status after what should end it."""
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("it does not end") from None

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.errors.close()


def xdo(*arguments):
    subprocess.run(["xdotool"] + [str(a) for a in arguments], check=True, stdout=subprocess.DEVNULL)


def keys(*names):
    xdo("key", *names)


def point(x, y):
    xdo("mousemove", x, y)


def drag(x, y, to_x, to_y, button=1):
    xdo("mousemove", x, y, "mousedown", button)
    for step in range(1, 9):
        xdo("mousemove", x + (to_x - x) * step // 8, y + (to_y - y) * step // 8)
        time.sleep(0.03)
    xdo("mouseup", button)


def focus(x, y):
    """Give the keyboard to the window at x, y: there is no window manager here that would."""
    point(x, y)
    found = subprocess.run(["xdotool", "getmouselocation", "--shell"], check=True,
                           stdout=subprocess.PIPE).stdout.decode()
    window = [line[7:] for line in found.splitlines() if line.startswith("WINDOW=")][0]
    xdo("windowfocus", "--sync", window)


def windows(name):
    """Numbers of the windows of this title."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], check=False,
                           stdout=subprocess.PIPE).stdout.decode()
    return [int(line) for line in found.split()]


class _ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
                ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5), ("room", ctypes.c_long * 24)]


def close(window):
    """What a window manager sends when its close button is pressed."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    message = _ClientMessage(type=33, window=window, format=32,  # ClientMessage
                             message_type=x11.XInternAtom(display, b"WM_PROTOCOLS", 0))
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    x11.XCloseDisplay(display)


def main(work):
    """A test's exit status: work(folder, screen) fails by an exception, or by True."""
    for tool in ("xdotool", "xwd"):
        if not shutil.which(tool):
            print(f"skipped: no {tool}")
            return 77
    folder = tempfile.mkdtemp(prefix="liqscope-desk-")
    screen = None
    try:
        screen = Screen(folder)
        return 1 if work(folder, screen) else 0
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1
    finally:
        for program in Program.started:
            program.kill()
        if screen:
            screen.stop()
        shutil.rmtree(folder, ignore_errors=True)
