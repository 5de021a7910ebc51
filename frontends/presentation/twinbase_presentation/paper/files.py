"""A report as a file: made on a thread of its own, which stops where nobody waits any more, and named for people."""

import asyncio
import os
import re
import threading
import unicodedata
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from twinbase_presentation.languages import Language
from twinbase_presentation.paper.contents import PaperContents

FOLDER, LETTERS_MAX, COPIES_MAX = "Twinbase", 80, 1000
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows opens as a device, whatever its folder is."""


async def make_pdf(contents: PaperContents, language: Language) -> bytes:
    """The document. When whoever waits is cancelled, the drawing stops at its next part."""
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(_draw, contents, language, given_up)
    finally:
        given_up.set()


def name_report(number: str, day: date, language: Language) -> str:
    """What its file is called: `INT-2026-00412 2026-06-10.pdf`. No system takes offence at it."""
    said = unicodedata.normalize("NFC", number) or language.say("Report")
    plain = "".join(one if one.isalnum() or one in " -_." else "-" for one in said)
    plain = re.sub(r"[-\s]{2,}", "-", plain).strip(" .-")[:LETTERS_MAX].strip(" .-") or "-"
    if _RESERVED.fullmatch(plain):
        plain = f"-{plain}"
    return f"{plain} {day.isoformat()}.pdf"


def write_file(folder: Path, name: str, content: bytes) -> Path:
    """Put it into the folder, whole or not at all, and in the place of no other file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            part.close()
            return _publish(Path(part.name), folder, name)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _publish(part: Path, folder: Path, name: str) -> Path:
    """Under the first name that is free: `… (2).pdf`."""
    stem, _, suffix = name.rpartition(".")
    for number in range(1, COPIES_MAX):
        path = folder / (name if number == 1 else f"{stem} ({number}).{suffix}")
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        part.replace(path)
        return path
    raise FileExistsError(f"{folder} holds {COPIES_MAX - 1} copies of {name}.")


def _draw(contents: PaperContents, language: Language, given_up: threading.Event) -> bytes:
    """The library is loaded here, and not when an app starts."""
    from twinbase_presentation.paper.draw import draw_report

    return draw_report(contents, language, lambda: not given_up.is_set())
