"""What has to be set before Kivy is imported for the first time."""

import logging
import os
import warnings
from pathlib import Path

from platformdirs import user_config_path


def prepare_kivy(home: Path | None = None) -> None:
    """Kivy is told what it is given to draw with, and with what it is touched.

    `home`: where it keeps its settings; the user's, if nothing is said.
    """
    place = home or user_config_path("twinbase") / "kivy"
    place.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("KIVY_HOME", str(place))
    logging.getLogger("kivy").addFilter(_is_worth_saying)
    with warnings.catch_warnings():
        # Kivy 2.3.1 still asks for modules that Python gives up.
        warnings.simplefilter("ignore")
        _set_configuration()


def _set_configuration() -> None:
    """Set before the window is made: a mouse is one finger, and a touch screen is asked through SDL alone."""
    from kivy.config import Config

    Config.set("input", "mouse", "mouse,disable_multitouch")
    for name, given in list(Config.items("input")):
        if "provider=" in given or "probesysfs" in given:
            Config.remove_option("input", name)
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "log_level", "warning")
    Config.set("graphics", "multisamples", "2")
    Config.set("graphics", "resizable", "1")


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """Kivy tries every library for touch screens and clipboards, with a traceback for each that is not there."""
    said = record.getMessage()
    return not any(word in said for word in ("libmtdev", "MTDev", "xclip", "xsel"))
