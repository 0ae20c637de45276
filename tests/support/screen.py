"""tests/support/screen.py - a virtual screen and a home of its own, for a test of the real window.

    with Screen("control") as folder: ...   # DISPLAY, HOME, XDG_* are set; folder goes at the end
"""
import os
import shutil
import subprocess
import tempfile


def start_server(command):
    """An X server on a free display, which DISPLAY names from here on; None: it ended at once."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(command + ["-nolisten", "tcp", "-displayfd", str(write_end)],
                              pass_fds=[write_end], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        number = numbers.readline().strip()
    if not number:
        server.wait()
        return None
    os.environ["DISPLAY"] = ":" + number
    return server


class Screen:
    SKIPPED = 77  # the exit status of a test that has no Xvfb

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"liqscope-{name}-")
        self.server = None

    @staticmethod
    def is_possible():
        if shutil.which("Xvfb") is None:
            print("skipped: no Xvfb")
            return False
        return True

    def __enter__(self):
        for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
            os.environ.pop(name, None)
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
                     "XDG_RUNTIME_DIR"):
            os.environ[name] = self.folder
        self.server = start_server(["Xvfb", "-screen", "0", "800x600x24"])
        if self.server is None:
            raise SystemExit("FAILED: Xvfb does not start")
        return self.folder

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.folder)
