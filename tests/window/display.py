"""A screen without a monitor, and a finger and a keyboard for it: Xvfb and xdotool of Debian."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageGrab

SIZE = (412, 915)
SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Display:
    """`name`: what the environment variable DISPLAY has to say."""

    name: str

    def touch(self, x: float, y: float) -> None:
        """Put a finger on it and take it away. The left upper corner is 0, 0."""
        self._do("mousemove", str(round(x)), str(round(y)), "click", "1")

    def type(self, text: str) -> None:
        """Press the keys of these letters."""
        self._do("type", "--delay", "20", text)

    def press(self, key: str) -> None:
        """Press a key, with what is held: "ctrl+2", "Escape"."""
        self._do("key", key)

    def take_picture(self) -> Image.Image:
        """What is on it now."""
        return ImageGrab.grab(xdisplay=self.name).convert("RGB")

    def wait_for_picture(self, holds: Callable[[Image.Image], bool]) -> Image.Image:
        """Look until that holds; the last picture where it never does."""
        until = time.monotonic() + SECONDS_MAX
        while not holds(picture := self.take_picture()) and time.monotonic() < until:
            pass
        return picture

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": self.name}, check=True, capture_output=True)


@contextmanager
def open_display(size: tuple[int, int] = SIZE) -> Iterator[Display]:
    """A screen of so many points, gone at the end."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as said:
            yield Display(f":{said.readline().strip()}")
    finally:
        process.terminate()
        process.wait()
