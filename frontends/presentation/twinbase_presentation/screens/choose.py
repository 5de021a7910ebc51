"""Choosing pictures of this device's disk: folders, and the pictures in one of them, with small ones made as needed."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, TypeVarTuple
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.replica.attachments.pictures import encode_thumbnail, open_picture
from twinbase_presentation.command import Done
from twinbase_presentation.route import Route
from twinbase_presentation.screen import Loaded, ScreenModel
from twinbase_presentation.screens.photos import take_photos
from twinbase_presentation.workday import Workday

READABLE = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp")
Made = TypeVar("Made")
Given = TypeVarTuple("Given")
STEP, FOLDERS_MAX, SMALL_PX = 60, 500, 320


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture on the disk; `changed`: when, in seconds, which tells a new one of the same name."""

    path: Path
    changed: float

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class FolderShown:
    """A folder. `above`: the one that it is in, None at the top. `pictures`: the newest first, no more than are asked
    for; `more`: how many others there are. `fault`: why it cannot be read."""

    folder: Path
    above: Path | None
    folders: tuple[Path, ...]
    pictures: tuple[PictureFile, ...]
    more: int
    fault: str = ""


class PictureChooser(ScreenModel[FolderShown], ABC):
    """The own chooser of the apps: it is the same everywhere, works with gloves, and shows what is on a picture.

    Listing and making pictures small happen on a thread of its own, one after the other, and end when it is left.
    """

    endings: tuple[str, ...] = READABLE
    """Of the files that can be chosen."""

    def __init__(self, workday: Workday, route: Route) -> None:
        super().__init__(workday, route)
        self.folder, self.chosen = workday.pictures, frozenset[Path]()
        self.left = 0
        self._most = STEP
        self._thread = ThreadPoolExecutor(1, "twinbase pictures")

    @property
    def title(self) -> str:
        return self.workday.language.say("Choose pictures")

    async def open(self) -> None:
        """The folder of the last time, else the one for pictures."""
        kept = await self.workday.runner.ask(lambda replica: replica.drafts.get("choose", "folder"))
        folder = Path(kept or self.folder)
        if await asyncio.to_thread(folder.is_dir):
            self.folder = folder
        await super().open()

    def close(self) -> None:
        """It is left: what was not made small yet is not needed."""
        super().close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def load(self) -> None:
        """Read the folder now."""
        found = await self._run_apart(list_pictures, self.folder, self._most, self.endings)
        fault = self.workday.language.say("This folder cannot be read. Go to another one.") if found is None else ""
        above = self.folder.parent if self.folder.parent != self.folder else None
        shown = found or FolderShown(self.folder, above, (), (), 0, fault)
        if self.state != Loaded(shown):
            self.state = Loaded(shown)
            self._tell()

    async def enter(self, folder: Path) -> None:
        """Show another folder, and begin there the next time."""
        self.folder, self._most = folder, STEP
        await self.workday.runner.ask(lambda replica: replica.drafts.set("choose", "folder", str(folder)))
        await self.load()

    async def show_more(self) -> None:
        """Older pictures, too."""
        self._most += STEP
        await self.load()

    def toggle(self, path: Path) -> None:
        """Take a picture, or leave it."""
        self.chosen = self.chosen ^ {path}
        self._tell()

    @abstractmethod
    async def take(self) -> Done:
        """Do what it was chosen for; what cannot be read stays chosen no more, and it is said why."""

    @abstractmethod
    def say_take(self) -> str:
        """The words for that; while it is done (`left` of them), how far it is."""

    async def read_small(self, picture: PictureFile) -> bytes | None:
        """A small picture of a file; None where it is none that can be read, or the chooser was left."""
        return await self._run_apart(make_small_picture, picture.path)

    async def _run_apart(self, work: Callable[[*Given], Made | None], *given: *Given) -> Made | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)
        except RuntimeError:
            return None  # It was left meanwhile.


class ChooseModel(PictureChooser):
    """Photos of a visit, as many as somebody wants at once."""

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, Route("visit", visit, "choose"))
        self.visit = visit

    async def take(self) -> Done:
        """Add what is chosen to the visit."""
        chosen, self.chosen = sorted(self.chosen, key=str), frozenset()
        self.left = len(chosen)
        self._tell()
        return await take_photos(self.workday, self.visit, chosen, self._note_taken)

    def say_take(self) -> str:
        if self.left:
            return self.workday.language.count("{n} photo is being kept…", "{n} photos are being kept…", self.left)
        return self.workday.language.count("Add {n} photo", "Add {n} photos", len(self.chosen))

    def _note_taken(self) -> None:
        self.left -= 1
        self._tell()


def list_pictures(folder: Path, most: int, endings: tuple[str, ...] = READABLE) -> FolderShown | None:
    """What is in a folder, without what is hidden; None where it cannot be read."""
    folders, pictures = [], []
    try:
        for path in folder.iterdir():
            if path.name.startswith("."):
                continue
            if path.suffix.lower() in endings and path.is_file():
                pictures.append(PictureFile(path, path.stat().st_mtime))
            elif path.is_dir():
                folders.append(path)
    except OSError:
        return None
    pictures.sort(key=lambda one: (-one.changed, one.name))
    above = folder.parent if folder.parent != folder else None
    return FolderShown(
        folder, above, _sort(folders)[:FOLDERS_MAX], tuple(pictures[:most]), max(len(pictures) - most, 0)
    )


def make_small_picture(path: Path) -> bytes | None:
    """A small JPEG of a picture on the disk; None for what is none."""
    try:
        with path.open("rb") as file, open_picture(file) as picture:
            return encode_thumbnail(picture, SMALL_PX)
    except (TwinbaseError, OSError):
        return None


def _sort(folders: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(sorted(folders, key=lambda one: one.name.casefold()))
