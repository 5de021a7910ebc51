"""Rows in PostgreSQL's COPY text format."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from twinbase_demo.erp.world import CellValue, GeneratedRow

CHUNK_ROWS = 400


def columns_and_text(rows: Iterable[GeneratedRow]) -> tuple[list[str], Iterator[bytes]]:
    """The columns that the rows name, and the rows in chunks; the columns that no row names keep their default."""
    stream = iter(rows)
    first = next(stream, None)
    if first is None:
        return [], iter(())
    return list(first), _chunks(first, stream)


def _chunks(first: GeneratedRow, rows: Iterator[GeneratedRow]) -> Iterator[bytes]:
    chunk = [first, *islice(rows, CHUNK_ROWS)]
    while chunk:
        yield "".join(["\t".join([_text(value) for value in row.values()]) + "\n" for row in chunk]).encode()
        chunk = list(islice(rows, CHUNK_ROWS))


def _text(value: CellValue) -> str:
    if isinstance(value, str):
        if "\\" in value or "\n" in value or "\t" in value:
            return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        return value
    if value is None:
        return "\\N"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value)
