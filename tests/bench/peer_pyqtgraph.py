#!/usr/bin/python3
"""peer_pyqtgraph - the same scene in pyqtgraph and here, in one run, in turn.

    tests/bench/peer_pyqtgraph.py BUILD/tests/bench_frame [width height [frames]]

A field of 1,440 x 1,024 cells that scrolls by a third of a pixel a frame, a new column every third
frame, and a price line over it. pyqtgraph: an ImageItem with a look-up table and levels, moved by
a translation, and a PlotCurveItem, painted into a QImage (its raster painter: the same two cores,
no display).
Here: bench_frame's scene with those two parts, glFinish in every frame.

Prints both medians of three rounds and their ratio; performance.md B12: >= 1.3. Without
python3-pyqtgraph it says so and ends well.
"""
import os
import re
import statistics
import subprocess
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
try:
    import numpy as np
    import pyqtgraph as pg
    from pyqtgraph.Qt import QtGui
except ImportError as missing:
    print(f"peer_pyqtgraph: {missing}; install python3-pyqtgraph and python3-pyqt5 to compare")
    sys.exit(0)

COLS, ROWS, ROUNDS = 1440, 1024, 3


class Scene:
    def __init__(self, width, height):
        self.app = pg.mkQApp()
        self.field = np.random.default_rng(7).gamma(0.4, 3.0, (COLS, ROWS)).astype(np.float32)
        self.price = ROWS / 2 + np.cumsum(np.random.default_rng(8).normal(0, 2, COLS))
        self.view = pg.GraphicsView()
        self.view.resize(width, height)
        self.box = pg.ViewBox(enableMouse=False)
        self.view.setCentralItem(self.box)
        self.image = pg.ImageItem()
        ramp = np.linspace(0, 255, 256).astype(np.ubyte)
        self.image.setLookupTable(np.stack([ramp, ramp // 2, 255 - ramp], axis=1))
        self.image.setLevels((0.0, 12.0))
        self.curve = pg.PlotCurveItem(pen=pg.mkPen("w", width=2))
        self.box.addItem(self.image)
        self.box.addItem(self.curve)
        self.target = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
        self.x = np.arange(COLS, dtype=np.float64)
        self.step = 0
        self.view.show()
        self.app.processEvents()

    def draw(self):
        if self.step % 3 == 0:
            self.field = np.roll(self.field, -1, axis=0)
            self.price = np.roll(self.price, -1)
            self.image.setImage(self.field, autoLevels=False)
            self.curve.setData(self.x, self.price)
        shift = (self.step % 3) / 3
        self.box.setRange(xRange=(shift, COLS + shift), yRange=(0, ROWS), padding=0)
        painter = QtGui.QPainter(self.target)
        self.view.render(painter)
        painter.end()
        self.step += 1


def time_pyqtgraph(scene, frames):
    times = []
    for i in range(-5, frames):
        start = time.perf_counter()
        scene.draw()
        if i >= 0:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def time_ours(bench, width, height, frames):
    out = subprocess.run([bench, str(width), str(height), str(frames), "none field price"],
                         capture_output=True, text=True, check=True).stdout
    return float(re.search(r"whole, scroll.*?p50\s+([\d.]+) ms", out).group(1))


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    width = int(sys.argv[2]) if len(sys.argv) > 3 else 1920
    height = int(sys.argv[3]) if len(sys.argv) > 3 else 1080
    frames = int(sys.argv[4]) if len(sys.argv) > 4 else 60
    scene = Scene(width, height)
    theirs, ours = [], []
    for _ in range(ROUNDS):
        theirs.append(time_pyqtgraph(scene, frames))
        ours.append(time_ours(sys.argv[1], width, height, frames))
    print(f"pyqtgraph {pg.__version__}, {width} x {height}, field and price line, medians of "
          f"{ROUNDS} rounds in turn")
    print(f"pyqtgraph {statistics.median(theirs):.2f} ms   liqscope {statistics.median(ours):.2f} "
          f"ms   {statistics.median(theirs) / statistics.median(ours):.1f} x")
    return 0


sys.exit(main())
