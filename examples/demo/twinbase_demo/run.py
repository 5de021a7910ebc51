"""The demo from its beginning to its end: a folder, a company, the story, and what is left of it."""

import json
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from twinbase_demo.company import open_company, working_day
from twinbase_demo.ending import make_figures, show
from twinbase_demo.story import BeforeProof, Story
from twinbase_demo.telling import Teller
from twinbase_server.database.address import read_address


async def run(
    url: str,
    teller: Teller,
    *,
    scale: float,
    seed: int,
    keep: bool = False,
    json_file: Path | None = None,
    before_proof: BeforeProof | None = None,
) -> int:
    """Tell the story; the exit status. `before_proof` may look at the phones' files, or spoil them."""
    started = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="twinbase-demo-"))
    try:
        async with open_company(url, keep=keep) as here:
            day = working_day(date.today())
            story = Story(here, folder, teller, day, seed=seed, scale=scale, before_proof=before_proof)
            ending = await story.tell()
            if keep:
                _keep_keys(story)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    seconds = time.perf_counter() - started
    show(teller.console, ending, seconds)
    if json_file:
        _write(json_file, make_figures(teller, ending, seconds, scale=scale, seed=seed))
    if keep:
        teller.console.print(f"Kept: {folder} and database {read_address(here.url).database}")
    return 0 if ending.holds else 1


def _keep_keys(story: Story) -> None:
    """Put each key beside its file, readable by the owner only: without it nobody opens the file again."""
    for phone in story.phones:
        key = phone.path.with_suffix(".key")
        key.touch(mode=0o600)
        key.write_text(phone.key.hex())


def _write(path: Path, what: Any) -> None:
    path.write_text(json.dumps(what, indent=2, ensure_ascii=False, default=str) + "\n")
