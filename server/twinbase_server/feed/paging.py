"""Pages: one twin read in the order of its key, a page at a time, each as the lines that travel."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec

from twinbase.checksum import sum_rows
from twinbase.digest import Digest
from twinbase_server.feed.cursor import Resume, TokenSigner
from twinbase_server.feed.reading import Reading, table_of
from twinbase_server.feed.statements import FeedShape, Statement
from twinbase_server.metrics import Metrics

# A page of wide rows holds fewer: what a page weighs is what bounds the memory on both sides.
PAGE_BYTES_AIM = 1024 * 1024
UNKNOWN_ROW_BYTES = 20_000
QUARANTINE_FIRST = 2
"""The revision of the protocol from which on a page's quarantined rows come before it."""
# What a row weighs on disk, as far as PostgreSQL knows: the guess for a twin's first page.
_WEIGHT = """
SELECT CASE WHEN reltuples > 0 THEN pg_table_size(oid) / reltuples::float8 ELSE $2::float8 END
FROM pg_class WHERE oid = $1::text::regclass
"""

PageKey = list[str | None]


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of one page, where it ends, its digest, and whether it was the last."""

    lines: bytes
    key: PageKey
    digest: Digest
    last: bool


@dataclass
class Pager:
    """Reads the pages of one answer. `resume_template` is what a resume token of this answer has in common with the
    others."""

    reading: Reading
    signer: TokenSigner
    metrics: Metrics
    resume_template: Resume | None
    rows_max: int
    _row_bytes: dict[str, float] = field(default_factory=dict)

    async def read_pages(
        self,
        shape: FeedShape,
        first: Statement,
        more: Statement,
        values: Mapping[str, Any],
        after: PageKey | None = None,
    ) -> AsyncIterator[PageLines]:
        """All pages of a twin, or those after a key."""
        scope = shape.bind(self.reading.caller.identity, self.reading.as_of)
        fixed = {**values, "base": self.reading.head.bases[table_of(shape.twin)]}
        while True:
            rows = await self._rows(shape)
            statement = first if after is None else more
            named = {**fixed, "rows": rows, **{f"after{i}": part for i, part in enumerate(after or ())}}
            row = await self.reading.connection.fetchrow(statement.sql, *statement.make_arguments(scope, named))
            assert row is not None
            if not row["rows"]:
                return
            page = self._page(shape, row, rows)
            yield page
            if page.last:
                return
            after = page.key

    async def _rows(self, shape: FeedShape) -> int:
        """As many rows as the last page's weight says, or the table's before there is one."""
        weight = self._row_bytes.get(shape.twin.name)
        if weight is None:
            weight = await self.reading.connection.fetchval(_WEIGHT, shape.table, UNKNOWN_ROW_BYTES) or 1.0
        most = min(shape.twin.mirror.page_rows, self.rows_max)
        return max(1, min(most, int(PAGE_BYTES_AIM / weight)))

    def _page(self, shape: FeedShape, row: asyncpg.Record, asked: int) -> PageLines:
        body: bytes = row["body"] or b""
        held = row["held"]
        self._row_bytes[shape.twin.name] = max(1.0, len(body) / row["rows"])
        key = [row[f"_k{i}"] for i in range(len(shape.twin.key))]
        lines = self._page_lines(shape, body, row["rows"] - held, key)
        if held:
            lines = self._with_quarantine(lines, _quarantine_line(shape, row["quarantine"]))
            self.metrics.quarantined.labels(shape.twin.name).inc(held)
        self.metrics.rows_sent.labels(shape.twin.name).inc(row["rows"])
        digest = Digest(row["rows"], row["high"], row["low"])
        return PageLines(lines, key, digest, last=row["rows"] < asked)

    def _page_lines(self, shape: FeedShape, body: bytes, rows: int, key: PageKey) -> bytes:
        content = b"[" + body + b"]"
        frame: dict[str, Any] = {
            "frame": "page",
            "twin": shape.twin.name,
            "rows": rows,
            "rows_check": sum_rows(content),
        }
        if shape.sent != shape.columns:
            frame["columns"] = [shape.called.get(name, name) for name in shape.sent]
        if self.resume_template is not None:
            frame["resume"] = self.resume_token(shape, key)
        return b"\n".join((msgspec.json.encode(frame), content, b""))

    def _with_quarantine(self, page: bytes, quarantine: bytes) -> bytes:
        """Before its page, whose token to go on with lies behind these rows already: a line that breaks between the two
        loses none of them. A device of before that was said keeps what has come so far and would stumble over it."""
        return quarantine + page if self.reading.caller.revision >= QUARANTINE_FIRST else page + quarantine

    def resume_token(self, shape: FeedShape, key: PageKey) -> str:
        """The token to go on with after this key."""
        assert self.resume_template is not None
        return self.signer.seal(msgspec.structs.replace(self.resume_template, twin=shape.twin.name, key=key))

    def cut_line(self, shape: FeedShape, key: PageKey) -> bytes:
        """The last line of an answer that stops early."""
        return msgspec.json.encode({"frame": "cut", "resume": self.resume_token(shape, key)}) + b"\n"


def _quarantine_line(shape: FeedShape, rows: str) -> bytes:
    frame = {"frame": "quarantine", "twin": shape.twin.name, "rows": msgspec.Raw(f"[{rows}]".encode())}
    return msgspec.json.encode(frame) + b"\n"
