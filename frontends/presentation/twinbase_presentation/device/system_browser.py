"""The browser of this system, for a page that somebody signs in on."""

import os
import sys
import webbrowser
from collections.abc import Mapping

FAR_AWAY = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
ANDROID = "ANDROID_ARGUMENT"
ALWAYS_SHOWS = ("win32", "cygwin", "darwin", "ios", "android")


def has_browser(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a browser that is opened here is seen by whoever sits here: not over SSH, where it would open on another
    machine, nor without a display, where it would be one of letters and take the terminal."""
    if any(environment.get(name) for name in FAR_AWAY):
        return False
    return platform in ALWAYS_SHOWS or any(environment.get(name) for name in (*DISPLAYS, ANDROID))


def open_page(address: str) -> bool:
    """Show a page in it; False where there is none. It may take a moment: call it in a thread."""
    try:
        return has_browser() and webbrowser.open(address)
    except webbrowser.Error:
        return False
