"""The wrong engines. Each is one patch of the real one: a mistake that somebody has shipped."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from unittest.mock import patch

import asyncpg
from tests.mutants.beliefs import bytes_acknowledged_early, hint_taken_for_truth
from tests.mutants.captures import (
    keys_without_length,
    parts_as_installed,
    parts_not_watched,
    trust_in_triggers,
    updates_lost,
)
from tests.oracle.replacing import replace_everywhere

from twinbase import checksum, frames
from twinbase.digest import Digest
from twinbase.frames import Page
from twinbase.quoting import quote_name, quote_names
from twinbase.replica.apply import apply, rebase
from twinbase.replica.file import local_digest
from twinbase.replica.file.names import image_table, meta_table
from twinbase.replica.file.state import write_state
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox import thaw, triggers
from twinbase.replica.sync import answer, fetch, prove, push, server
from twinbase_server.accept import accept, batch, ledger
from twinbase_server.capture.trigger_sql import Capture
from twinbase_server.database import errors
from twinbase_server.feed import cursor, hold, reading, statements
from twinbase_server.http import checksums
from twinbase_server.problems import ProblemError
from twinbase_server.sql import scope
from twinbase_server.sql.unseen import parse_snapshot

Patch = Callable[[], AbstractContextManager[Any]]


async def nothing(url: str) -> None:
    """A mutant that leaves the database as it is."""


@dataclass(frozen=True)
class Mutant:
    """`mode`: the oracle's mode that must find it. `prepare`: what it does to the database of a run."""

    name: str
    mode: str
    wrong: Patch
    prepare: Callable[[str], Any] = nothing


# The cursor.


def sequence_cursor() -> AbstractContextManager[Any]:
    """Remember the highest number seen, as `seq > :last` does: what commits late is lost."""
    seen = property(lambda cursor: replace(parse_snapshot(cursor.snapshot), xip=()))
    return patch.object(cursor.Cursor, "seen", seen)


@contextmanager
def timestamp_cursor() -> Iterator[None]:
    """Remember the latest `updated_at` seen: a transaction that began before it and commits after it is lost."""

    def seen(versions: str, xmax: str, xip: str) -> str:
        return (
            f"coalesce((SELECT max(s.at) FROM {versions} s WHERE s.xid < {xmax}::xid8"
            f" AND NOT s.xid = ANY ({xip}::xid8[])), '-infinity')"
        )

    def probe(versions: str) -> str:
        return f"EXISTS (SELECT FROM {versions} v WHERE v.at > {seen(versions, '$1', '$2')})"

    def unseen(p: Any) -> str:
        return f"_twinbase_v.at > {seen(current[0], p('xmax'), p('xip'))}"

    current: list[str] = [""]
    rows, gone = statements.FeedShape._rows, statements.FeedShape.removed_statement

    def of(method: Any) -> Any:
        def call(self: Any, *arguments: Any, **options: Any) -> Any:
            current[0] = self._versions
            return method(self, *arguments, **options)

        return call

    with (
        patch.object(reading, "any_unseen_sql", probe),
        patch.object(statements, "_unseen", unseen),
        patch.object(statements.FeedShape, "_rows", of(rows)),
        patch.object(statements.FeedShape, "removed_statement", of(gone)),
    ):
        yield


async def add_timestamps(url: str) -> None:
    """The column that such an engine would add: the time at which the writing transaction began."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = now(); RETURN NEW; END $$"
    )
    for row in await connection.fetch("SELECT version_table FROM twinbase.capture"):
        table = f"twinbase.{quote_name(row['version_table'])}"
        await connection.execute(f"ALTER TABLE {table} ADD COLUMN at timestamptz")
        await connection.execute(
            f"CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION public.touch()"
        )
    await connection.close()


@contextmanager
def cursor_before_data() -> Iterator[None]:
    """Store the cursor, then the rows: a crash in between loses them."""
    real = fetch._Visit._apply

    def apply_late(self: Any, connection: Any, end: Any) -> Any:
        with begin_fenced(connection, self.exchange.token):
            write_state(connection, cursor=end.cursor)
        return real(self, connection, end)

    with patch.object(fetch._Visit, "_apply", apply_late):
        yield


@contextmanager
def image_replay() -> Iterator[None]:
    """Apply changes in the order of their transactions' numbers: an older one that commits last is dropped."""
    real = apply._Work._page

    def page(self: Any, frame: Page) -> None:
        shape = self.shapes[frame.twin]
        marks = " AND ".join(f"{quote_names((name,))} = ?" for name in shape.kept_key)
        query = f"SELECT version FROM {meta_table(shape.name)} WHERE {marks}"

        def is_newer(row: list[Any]) -> bool:
            key = shape.store_key(row[2 : 2 + len(shape.key)])
            held = self.connection.execute(query, key).fetchone()
            return held is None or int(row[0]) >= int(held[0])

        frame.content[:] = [row for row in frame.content if is_newer(row)]
        real(self, frame)

    with patch.object(apply._Work, "_page", page):
        yield


# Pushing.


@contextmanager
def ack_before_commit() -> Iterator[None]:
    """Answer first and commit afterwards: now and then the commit does not happen."""
    real, turns = accept.Acceptance.accept, count(1)

    async def answer(self: Any, connection: Any, limits: Any) -> Any:
        transaction = connection.transaction(isolation="read_committed")
        await transaction.start()
        try:
            given = await real(self, connection, limits)
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.rollback() if next(turns) % 3 == 0 else transaction.commit())
        return given

    with patch.object(accept.Acceptance, "accept", answer):
        yield


@contextmanager
def no_idempotency() -> Iterator[None]:
    """Take every batch for a new one."""

    async def known(*_: Any) -> dict[str, Any]:
        return {}

    async def note(*_: Any) -> None:
        return None

    with (
        patch.object(accept.Acceptance, "_check_turn", lambda *_: False),
        patch.object(ledger, "find_settled", known),
        patch.object(ledger, "note_entries", note),
    ):
        yield


@contextmanager
def last_n_without_hash() -> Iterator[None]:
    """Take any batch with a number that was seen for the one that was seen (H7)."""
    real, answers = accept.Acceptance._check_turn, accept.Acceptance._known_answers

    class Applied(dict[str, Any]):
        def __missing__(self, key: str) -> dict[str, Any]:
            return {"id": key, "status": "applied"}

    def is_replay(self: Any, standing: Any) -> bool:
        if self.caller.epoch == standing.epoch and self.batch.n <= standing.last_n:
            return True
        return bool(real(self, standing))

    with (
        patch.object(accept.Acceptance, "_check_turn", is_replay),
        patch.object(accept.Acceptance, "_known_answers", lambda self, known: Applied(answers(self, known))),
    ):
        yield


@contextmanager
def bounds_on_clocks() -> Iterator[None]:
    """Refuse a batch whose clock is more than ten years off, and send the very same batch again for ever."""
    read, bound = batch.read_batch, 10 * 365 * 86_400_000

    def bounded(body: bytes) -> Any:
        received = read(body)
        if abs(received.offset_ms) > bound:
            raise ProblemError("bad-batch", "Expected an offset of at most ten years.")
        return received

    def keep(connection: Any, token: str, limits: Any, *_: Any, **__: Any) -> Any:
        return limits

    with replace_everywhere(read, bounded), replace_everywhere(thaw.thaw_batch, keep):
        yield


@contextmanager
def errors_on_an_allow_list() -> Iterator[None]:
    """Take for a row's what is on a list of codes; anything else a trigger raises breaks the batch off, for ever."""
    listed = ("22", "23", "42501", "P0001")

    def is_listed(error: Any) -> bool:
        return (error.sqlstate or "").startswith(listed)

    with (
        replace_everywhere(errors.is_about_rows, is_listed),
        replace_everywhere(errors.may_be_of_a_row, lambda _: False),
    ):
        yield


def unknown_is_refused() -> AbstractContextManager[Any]:
    """Refuse what an older server does not know, and not ask which schema the device has agreed on."""

    async def carries_all(*_: Any, **__: Any) -> None:
        return None

    return patch.object(accept.Acceptance, "_check_carried", carries_all)


@contextmanager
def requests_without_checksums() -> Iterator[None]:
    """Take a request for what was sent, and its answer for the answer to it."""
    with (
        patch.object(checksums, "HEADER_CHECKSUM", "Nobody-Sends-This"),
        patch.object(push, "_compare", lambda *_: None),
    ):
        yield


# The device.


@contextmanager
def answers_without_checksums() -> Iterator[None]:
    """Believe whatever arrives: frames, rows, and answers in one piece."""
    with (
        patch.object(checksum.FrameCheck, "check", lambda *_: None),
        patch.object(frames, "sum_rows", lambda _: AnySum()),
        patch.object(server, "_compare_checksum", lambda *_: None),
    ):
        yield


class AnySum(str):
    """Equal to every checksum."""

    def __ne__(self, _: object) -> bool:
        return False

    __eq__, __hash__ = object.__eq__, str.__hash__


def no_repair() -> AbstractContextManager[Any]:
    """Compare, and leave it at that."""

    async def only(exchange: Any, end: Any, applied: Any, **_: Any) -> None:
        prove.compare(exchange, end, applied)

    return replace_everywhere(prove.prove, only)


@contextmanager
def digest_over_local_edits() -> Iterator[None]:
    """Count rows that were only written here (H25)."""
    real = local_digest.local_digest

    def digest(connection: Any, twin: str) -> Digest:
        query = f"SELECT count(*) FROM {image_table(twin)} WHERE NOT _present"
        return real(connection, twin) + Digest(rows=int(connection.execute(query).fetchone()[0]))

    with replace_everywhere(real, digest):
        yield


def rename_by_delete_and_insert() -> AbstractContextManager[Any]:
    """Take a changed key for one row gone and another one made."""

    def rekey(twin: Any) -> str:
        moved = f"({quote_names(twin.key, 'NEW.')}) IS NOT ({quote_names(twin.key, 'OLD.')})"
        statements = [*triggers._record_delete(twin), *triggers._record_insert(twin)]
        return triggers._trigger(twin, "rekey", "AFTER UPDATE", moved, statements)

    return patch.object(triggers, "_rekey", rekey)


def pull_overwrites_unsent_edits() -> AbstractContextManager[Any]:
    """Put the server's rows in place, and nothing on top."""
    return patch.object(rebase, "replay", lambda *_: rebase.Replayed())


# The server.


@contextmanager
def empty_claims() -> Iterator[None]:
    """A missing claim asks for nobody's rows (H10)."""
    with ExitStack() as stack:
        stack.enter_context(
            patch.object(scope, "_scalar_claim", lambda identity, name: str(identity.claims.get(name, "")))
        )
        yield


@contextmanager
def capture_without_dedupe() -> Iterator[None]:
    """Write a key as often as the statement touched it (H3)."""
    updated = Capture._updated

    def every_time(self: Any) -> str:
        return re.sub(r"SELECT DISTINCT ON \(.*?\)+ ", "SELECT ", updated(self), count=1, flags=re.DOTALL)

    with patch.object(Capture, "_updated", every_time), patch.object(Capture, "_once", lambda *_, **__: ""):
        yield


def snapshot_before_the_lock() -> AbstractContextManager[Any]:
    """Lock the tables of an answer, and go on with the snapshot of before."""

    async def as_known(*_: Any) -> bool:
        return True

    return patch.object(hold, "_are_as_known", as_known)


def rows_shown_before_they_are_whole() -> AbstractContextManager[Any]:
    """Show what has come, and take the cursor of all of it, while the last frame is still on its way."""
    real = answer.Collector._frames

    def frames_(self: Any, connection: Any) -> Any:
        kept = list(real(self, connection))
        return kept if self.is_whole else kept[:-1]

    return patch.object(answer.Collector, "_frames", frames_)


MUTANTS = (
    Mutant("sequence cursor", "cursor", sequence_cursor),
    Mutant("timestamp cursor", "cursor", timestamp_cursor, add_timestamps),
    Mutant("cursor before data", "cursor", cursor_before_data),
    Mutant("image replay", "cursor", image_replay),
    Mutant("ack before commit", "both", ack_before_commit),
    Mutant("no idempotency", "both", no_idempotency),
    Mutant("last n without hash", "both", last_n_without_hash),
    Mutant("bounds on clocks", "both", bounds_on_clocks),
    Mutant("errors on an allow list", "both", errors_on_an_allow_list),
    Mutant("unknown is refused", "both", unknown_is_refused),
    Mutant("requests without checksums", "both", requests_without_checksums),
    Mutant("no repair", "both", no_repair),
    Mutant("digest over local edits", "both", digest_over_local_edits),
    Mutant("rename by delete and insert", "both", rename_by_delete_and_insert),
    Mutant("pull overwrites unsent edits", "both", pull_overwrites_unsent_edits),
    Mutant("answers without checksums", "both", answers_without_checksums),
    Mutant("empty claims as empty scope", "both", empty_claims),
    Mutant("capture without dedupe", "both", capture_without_dedupe),
    Mutant("snapshot before the lock", "both", snapshot_before_the_lock),
    Mutant("parts not watched", "both", parts_not_watched),
    Mutant("trust in triggers that are off", "both", trust_in_triggers),
    Mutant("updates lost", "both", updates_lost),
    Mutant("parts as installed", "both", parts_as_installed),
    Mutant("keys without length", "both", keys_without_length),
    Mutant("rows shown before they are whole", "both", rows_shown_before_they_are_whole),
    Mutant("bytes acknowledged before they are durable", "both", bytes_acknowledged_early),
    Mutant("hint taken for truth", "both", hint_taken_for_truth),
)
