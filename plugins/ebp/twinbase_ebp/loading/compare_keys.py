"""All keys of a table with their watermarks, compared with the copy's: what no watermark tells comes to light.

Rows that EBP has no more. Rows that came under the watermark: committed late, or written while a clock was behind. And
an EBP that was restored to an older state.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twinbase.quoting import quote_name
from twinbase_ebp.loading.deletion_notes import learn
from twinbase_ebp.loading.guard import deletion_refusal
from twinbase_ebp.loading.source_pages import SourceKey
from twinbase_ebp.loading.table_load import TableLoad
from twinbase_ebp.loading.writing import column_names
from twinbase_ebp.schema.spec import ColumnSpec

SEEN = 'pg_temp."ebp_seen"'
# From here on it is not some rows that were missed, but a table that is another one.
READ_AGAIN_MAX = 20_000
OLDER_MAX = 10


@dataclass(frozen=True, slots=True)
class KeyComparison:
    """How the copy differs. `again`: keys of rows to be read again; `older`: rows that the source has from earlier."""

    again: Sequence[SourceKey]
    gone: Sequence[SourceKey]
    rows: int
    older: int

    @property
    def is_another(self) -> bool:
        return self.older > OLDER_MAX or len(self.again) >= READ_AGAIN_MAX


def is_comparison_due(work: TableLoad) -> bool:
    """Whether it is time, or something has been seen that only this explains."""
    state, run = work.notes.state, work.run
    if state is None or state.checked_at is None or run.options.full or work.spec.name in run.options.confirmed:
        return True
    if state.refused or state.checked_at + run.habits.check_every <= run.now:
        return True
    problems = work.notes.read_problem_keys()
    with work.target.begin():
        left_out = len(problems) - len(work.writer.read_rows(problems))
        # All that is new was written by now: rows that are too many can only be ones that EBP has deleted.
        return work.writer.count() != work.probe.rows - left_out


def bring_by_keys(work: TableLoad) -> bool:
    """Bring what was missed and delete what is gone; answer False when the whole table has to be read instead.

    That is so when EBP was restored: then a row may be another one under the same key and the same watermark.
    """
    found = compare_keys(work)
    if found.is_another and work.spec.watermark and not work.compared:
        _say_older(work, found)
        return False
    work.store_again(found.again)
    remove(work, found.gone, found.rows)
    with work.notes.begin_page():
        work.notes.keep(checked_at=work.run.now, high=work.probe.high)
    return True


def remove(work: TableLoad, gone: Sequence[SourceKey], rows: int) -> None:
    """Delete rows of the copy, once the source has said again that it has none of them, and the guard allows it."""
    still = {tuple(key) for page in work.reader.read_existing(gone) for key in page}
    gone = [key for key in gone if tuple(key) not in still]
    confirmed = work.spec.name in work.run.options.confirmed
    sentence = None if confirmed else deletion_refusal(work.spec.name, len(gone), rows, work.run.habits.delete_percent)
    with work.notes.begin_page():
        if sentence:
            work.report.refused, work.report.why = len(gone), sentence
            work.notes.say("deletes_refused", sentence, {"deletions": len(gone), "rows": rows})
        else:
            work.report.deleted += work.writer.delete(gone)
            learn(work.target, work.spec, gone)
        work.notes.keep(refused=len(gone) if sentence else 0)


def compare_keys(work: TableLoad) -> KeyComparison:
    """Look at every key of both sides. The keys of the source are kept in PostgreSQL meanwhile, not in our memory."""
    columns = seen_columns(work)
    with work.target.begin():
        stage_keys(work, columns)
        again = work.writer.run(_again(work)).all()
        gone = work.writer.run(_gone(work)).all()
        older = work.writer.run(_older(work)).scalar_one() if work.spec.watermark else 0
        return KeyComparison(
            [tuple(key) for key in again], [tuple(key) for key in gone], work.writer.count(), int(older)
        )


def seen_columns(work: TableLoad) -> list[ColumnSpec]:
    marked = [work.spec.get_column(work.spec.watermark)] if work.spec.watermark else []
    return [*work.spec.key_columns, *marked]


def stage_keys(work: TableLoad, columns: Sequence[ColumnSpec]) -> None:
    """Put all keys of the source, with their watermarks, into a table that ends with the transaction."""
    listed = column_names(columns)
    work.writer.run(
        f"CREATE TEMP TABLE ebp_seen ON COMMIT DROP AS SELECT {listed} FROM {work.writer.table} WITH NO DATA"
    )
    texts = [position for position, one in enumerate(columns) if one.type.startswith("text")]
    for page in work.reader.read_keys():
        work.check_stop()
        work.writer.copy(SEEN, columns, page, texts)
    work.writer.run(f"ANALYZE {SEEN}")


def _again(work: TableLoad) -> str:
    key = work.spec.key_columns
    moved = f"t.{mark} IS DISTINCT FROM s.{mark}" if (mark := _mark(work)) else "false"
    same = work.writer.same_key_sql("t", "s")
    return (
        f"SELECT {column_names(key, 's')} FROM {SEEN} s LEFT JOIN {work.writer.table} t ON {same}"
        f" WHERE t.{quote_name(key[0].target)} IS NULL OR {moved} LIMIT {READ_AGAIN_MAX}"
    )


def _gone(work: TableLoad) -> str:
    return (
        f"SELECT {column_names(work.spec.key_columns, 't')} FROM {work.writer.table} t"
        f" WHERE NOT EXISTS (SELECT FROM {SEEN} s WHERE {work.writer.same_key_sql('t', 's')})"
    )


def _older(work: TableLoad) -> str:
    mark = _mark(work)
    return (
        f"SELECT count(*) FROM {SEEN} s JOIN {work.writer.table} t ON {work.writer.same_key_sql('t', 's')}"
        f" WHERE t.{mark} > s.{mark}"
    )


def _mark(work: TableLoad) -> str:
    return quote_name(work.spec.get_column(work.spec.watermark).target) if work.spec.watermark else ""


def _say_older(work: TableLoad, found: KeyComparison) -> None:
    with work.notes.begin_page():
        sentence = (
            f"{work.spec.name}: EBP holds {found.older:,} rows in an older state than the copy, as after a restore or"
            " while a clock was behind. All its rows are compared."
        )
        work.notes.say("source_older", sentence, {"older": found.older, "read_again": len(found.again)})
        work.notes.keep(mode="comparing", after=None, high=work.probe.high, fingerprint=work.spec.fingerprint)
        for child in work.children:
            # Its rows were restored too, and have no date that says so.
            child.notes.keep(mode="comparing", after=None, fingerprint=child.spec.fingerprint)
