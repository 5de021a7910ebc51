"""Kivy without pixels: nothing of a system's graphics is needed, and no window is opened."""

import gc
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.kivy.day import OpenDay, copy_day, make_day_once, open_day
from tests.kivy.headless import open_headless

from twinbase.testing.databases import Databases


@pytest.fixture(scope="session", autouse=True)
def _headless(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Set before the first widget is imported; in this process Kivy never draws."""
    open_headless(tmp_path_factory.mktemp("kivy"))


@pytest.fixture(scope="session")
def made_day(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Anna's file, made once by a real server."""
    made = make_day_once(databases, tmp_path_factory.mktemp("anna"))
    gc.collect()
    gc.freeze()  # the server that made it, and all that it imported
    return made


@pytest.fixture
def anna(made_day: Path, tmp_path: Path) -> Path:
    """A copy of it, of the test's own."""
    return copy_day(made_day, tmp_path)


def forget_frames() -> None:
    """No frame ever comes here: what waits for one would keep every widget of every test, and be looked through for
    each that is placed."""
    from kivy.clock import Clock

    from twinbase_kivy.finger import finger

    finger.end_tap()
    for event in Clock.get_events():
        event.cancel()


def collect_widgets() -> None:
    """They hold one another in circles: half a million objects of a test, which the next ones would stumble over.

    Nobody measures what a widget does when it goes, and a tracer that sees each of them makes minutes of it."""
    tracer = sys.gettrace()
    sys.settrace(None)
    gc.collect()
    sys.settrace(tracer)


@pytest.fixture
async def day(anna: Path) -> AsyncIterator[OpenDay]:
    day = await open_day(anna)
    yield day
    day.runner.close()
    forget_frames()
    collect_widgets()
