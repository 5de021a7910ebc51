"""Rows as PostgreSQL's COPY reads them. Pure text: every value of a page goes through here, so it is made to be fast.

What is not text is written by `str`: PostgreSQL reads Python's numbers, dates, truths and uuids as they are. NULL is
then the word `None`; a text that says so is told apart by an escape.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

NULL = "None"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

SourceRowValues = Sequence[Any]


def copy_text(rows: Iterable[SourceRowValues], texts: Sequence[int]) -> bytes:
    """Lines for `COPY … FROM STDIN (NULL 'None')`. `texts`: the places of the columns that hold text."""
    says_none = _says_none(texts)
    lines = [_line(row, says_none) for row in rows]
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _line(row: SourceRowValues, says_none: Callable[[SourceRowValues], bool]) -> str:
    line = "\t".join(map(str, row))
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(row) - 1 or says_none(row):
        return "\t".join(map(_escaped, row))
    return line


def _says_none(texts: Sequence[int]) -> Callable[[SourceRowValues], bool]:
    if not texts:
        return lambda row: False
    # Of two columns or more, itemgetter makes a tuple.
    read = itemgetter(*texts, texts[0])
    return lambda row: NULL in read(row)


def _escaped(value: Any) -> str:
    if not isinstance(value, str):
        return str(value)
    return "\\" + NULL if value == NULL else value.translate(_ESCAPES)
