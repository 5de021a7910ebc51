"""The content of a file for EBP's import: titles, then a line for each entry, or for each line of its document."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

from twinbase_ebp.delivering import cells
from twinbase_ebp.delivering.expected_rows import ExpectedRows
from twinbase_ebp.delivering.make_ready import Ready
from twinbase_ebp.settings import EbpSettings


def make_sheet(
    entity: str, ready: Sequence[Ready], expected: ExpectedRows, settings: EbpSettings
) -> tuple[bytes, set[UUID]]:
    """The bytes, and the deliveries that lost characters to the encoding."""
    text, lost = io.StringIO(newline=""), set()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(cells.header_cells(entity, settings))
    for one in ready:
        for row in cells.entry_rows(one, expected.expected_row(one), settings):
            writer.writerow(row)
            if not _fits("".join(row), settings.export_encoding):
                lost.add(one.waiting.id)
    return text.getvalue().encode(settings.export_encoding, errors="replace"), lost


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
