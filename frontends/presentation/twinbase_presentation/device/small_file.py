"""Small files of JSON in the device's folder: replaced whole, so that a kill leaves the one before."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twinbase.errors import StorageFailed

FOR_ITS_OWNER, FOLDER_FOR_ITS_OWNER = 0o600, 0o700


def read_small(path: Path) -> dict[str, Any]:
    """What is in it; nothing where there is none, or where it is not ours."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def write_small(path: Path, said: Mapping[str, Any]) -> None:
    """Put this in place of it. Nobody else on this machine reads it; raises StorageFailed where there is no room."""
    beside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_FOR_ITS_OWNER)
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FOR_ITS_OWNER)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            json.dump(said, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StorageFailed(f"({path.name}: {error.strerror})") from error
