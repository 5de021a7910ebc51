"""Folders of a device: that a name is there, or is gone, survives a power cut."""

import os
from contextlib import suppress
from pathlib import Path


def keep_names(folder: Path) -> None:
    """Bring the names in a folder onto the disk; where a folder cannot be opened, the system sees to it."""
    with suppress(PermissionError, IsADirectoryError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path) -> None:
    """A folder that only its owner can enter; its name is on the disk."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    keep_names(folder.parent)
