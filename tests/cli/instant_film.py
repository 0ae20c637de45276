#!/usr/bin/python3
"""What was just live, of a window younger than the minute that is asked for, becomes a film of as
much as there was, from its first moment on.
usage: instant_film.py LIQSCOPE; status 77: no Xvfb or ffmpeg here."""
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from check import check  # noqa: E402
from ipc_client import IpcClient  # noqa: E402
from screen import Screen  # noqa: E402

WAIT_S = 60  # for what takes a moment, in a debug build on a busy machine
FPS = 4
LIVE_MS = 2000


def wait_notice(client, text):
    notice = client.wait_property(
        "notice", lambda said: said and (text in said["text"] or "not " in said["text"]), WAIT_S)
    check(f"it says \"{text}\"", text in notice["text"], notice)
    return notice["text"]


def count_frames(film):
    said = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_entries",
                           "stream=nb_read_packets", "-of", "csv=p=0", film],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(said.strip().rstrip(","))


def film_it(client, folder):
    client.wait_property("now-ms", bool, WAIT_S)
    begin_ms = client.get("now-ms")
    client.wait_property("now-ms", lambda now: now and now > begin_ms + LIVE_MS, WAIT_S)
    began = time.monotonic()
    client.command("instant-replay " + os.path.join(folder, "now.liq"))
    said = wait_notice(client, "are saved to")
    kept_s = int(re.search(r"the last (\d+) s are saved", said).group(1))
    check("no more is saved than there was", LIVE_MS // 1000 <= kept_s + 1 < 60, said)
    wait_notice(client, "film of it: ")
    frames = count_frames(os.path.join(folder, "now.mp4"))
    check("the film shows that, and nothing before it",
          kept_s * FPS <= frames <= (kept_s + 1) * FPS + 1, (frames, kept_s))
    print(f"{frames} frames of {kept_s} s in {time.monotonic() - began:.1f} s")


def quit_meanwhile(program, folder):
    """The end of the program while the film is being made leaves a whole one, or none."""
    path, film = os.path.join(folder, "socket"), os.path.join(folder, "half.mp4")
    recording = os.path.join(folder, "half.liq")
    with subprocess.Popen([program, "demo", "--days", "0.1", "--size", "1600x1200", "--ipc", path,
                           "--fps", "120"], stderr=subprocess.PIPE, text=True) as live:
        try:
            with IpcClient(path, WAIT_S) as client:
                begin_ms = client.wait_property("now-ms", bool, WAIT_S)
                client.wait_property("now-ms", lambda now: now > begin_ms + LIVE_MS, WAIT_S)
                client.command("instant-replay " + recording)
                wait_notice(client, "a film of it is being made")
                until = time.monotonic() + WAIT_S
                while not os.path.exists(film) and time.monotonic() < until:
                    time.sleep(0.05)
                client.command("quit")
            said = live.communicate(timeout=WAIT_S)[1]
        finally:
            live.kill()
    check("it ends well, too", live.returncode == 0, live.returncode)
    if os.path.exists(film):
        check("the film is whole", count_frames(film) > 0)
    else:
        check("it says that the film is removed", f"film {film}: not finished, and removed; "
              f"{recording} is whole" in said, said)
    left = sorted(name for name in os.listdir(folder) if name.startswith("half.liq"))
    check("nothing lies beside the recording", left == ["half.liq"], left)


def main():
    program = os.path.abspath(sys.argv[1])
    if not Screen.is_possible() or shutil.which("ffprobe") is None:
        return Screen.SKIPPED
    with Screen("instant") as folder:
        path = os.path.join(folder, "socket")
        live = subprocess.Popen([program, "demo", "--days", "0.1", "--size", "320x180", "--ipc",
                                 path, "--fps", str(FPS)], stderr=subprocess.DEVNULL)
        try:
            with IpcClient(path, WAIT_S) as client:
                film_it(client, folder)
                client.command("quit")
            check("it ends well", live.wait(WAIT_S) == 0, live.returncode)
        finally:
            live.kill()
        quit_meanwhile(program, folder)
    return 0


sys.exit(main())
