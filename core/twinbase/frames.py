"""The frames of an answer: what each line of a stream means, decoded and checked.

A stream begins with `begin` and ends with `end` or `cut`; between them pages, removals, quarantined rows and the
buckets of a repair. What does not end so is half an answer: whole frames were kept, the rest is asked for again.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from twinbase.checksum import FrameCheck, sum_rows
from twinbase.errors import Garbled, HalfAnswer, NotTwinbase

WireRow = list[Any]
LOCKED = "locked"
"""The server's word for a twin whose table another program keeps to itself."""


class Frame(msgspec.Struct, tag_field="frame"):
    """One frame of a stream. As it travels its last member is `check`, which is compared before it is decoded."""


class Begin(Frame, tag="begin"):
    """Who answers, from which moment, and what became of this device's batches. `expected`: about how many rows of each
    twin a first sync brings, as far as that was quick to count. `settled`: what the office has decided since the cursor
    about edits of this device."""

    generation: str
    time: str
    claims: str
    kind: str
    protocol: int = 1
    as_of: str = ""
    epoch: int = 0
    last_n: int = 0
    outcomes: list[dict[str, Any]] = []
    expected: dict[str, int] = {}
    settled: list[dict[str, Any]] = []


class Page(Frame, tag="page"):
    """Rows of one twin, each [version, hash, value…]. In a backfill `columns` says which, and each row is
    [version, hash, was, value…]: `was` is its hash without the new columns. `rows_check`: the checksum of their line.
    """

    twin: str
    rows: int = 0
    rows_check: str | None = None
    columns: list[str] | None = None
    resume: str | None = None
    content: list[WireRow] = []


class Removed(Frame, tag="removed"):
    """Keys of rows that are deleted or out of scope."""

    twin: str
    keys: list[WireRow] = []


class Quarantine(Frame, tag="quarantine"):
    """Rows that cannot be carried: each [version, hash, [key…], reason]."""

    twin: str
    rows: list[WireRow] = []


class Buckets(Frame, tag="buckets"):
    """A repair: the pages of this twin that follow hold all rows of these buckets."""

    twin: str
    bits: int
    buckets: list[int] = []


class RowsReady(Frame, tag="ready"):
    """All rows and removals of the answer have come: they may be shown under this cursor, which proves nothing. The
    digests of the same moment follow. `causes` as at the end."""

    cursor: str
    causes: dict[str, list[str]] = {}


class End(Frame, tag="end"):
    """The answer is whole: the next cursor, and the digests at its moment."""

    cursor: str
    digests: dict[str, tuple[int, int, int]] = {}
    proven_by_skip: list[str] = []
    causes: dict[str, list[str]] = {}


class Cut(Frame, tag="cut"):
    """The server stopped early, on purpose: go on with the token."""

    resume: str


AnyFrame = Begin | Page | Removed | Quarantine | Buckets | RowsReady | End | Cut
_head: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyFrame)
_rows = msgspec.json.Decoder(list[WireRow])


def read_frames(lines: Iterator[bytes]) -> Iterator[AnyFrame]:
    """The frames of an answer, in order, each as it was sent; raises HalfAnswer when it stops before its end."""
    ended = False
    check = FrameCheck()
    for line in lines:
        if not line:
            continue
        check.check(line)
        frame = decode(line)
        if isinstance(frame, Page):
            frame.content = _content(lines, frame)
        ended = isinstance(frame, End | Cut)
        yield frame
        if ended:
            return
    raise HalfAnswer()


def decode(line: bytes) -> AnyFrame:
    """One frame; raises NotTwinbase or HalfAnswer when it is none."""
    try:
        frame: AnyFrame = _head.decode(line)
        return frame
    except msgspec.ValidationError as error:
        raise NotTwinbase(f"A frame of its answer is not one of ours: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HalfAnswer("A frame was damaged.") from error


def _content(lines: Iterator[bytes], page: Page) -> list[WireRow]:
    line = next(lines, None)
    if line is None:
        raise HalfAnswer()
    if page.rows_check is not None and page.rows_check != sum_rows(line):
        raise Garbled(f"The rows of a page of {page.twin} are not those that were sent.")
    try:
        rows = _rows.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HalfAnswer(f"A page of {page.twin} was damaged.") from error
    if len(rows) != page.rows:
        raise HalfAnswer(f"A page of {page.twin} says {page.rows} rows and holds {len(rows)}.")
    return rows


def locked_twins(end: End) -> frozenset[str]:
    """The twins that an answer says nothing of: a table of theirs could not be read. What is here of them stays."""
    return frozenset(twin for twin, causes in end.causes.items() if LOCKED in causes and twin not in end.digests)


def encode(frame: AnyFrame) -> bytes:
    """A frame as one line, content included; `decode` reads it."""
    return msgspec.json.encode(frame)
