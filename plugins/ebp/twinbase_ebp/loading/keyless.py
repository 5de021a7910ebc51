"""Tables without a key: their rows are only told apart by what they hold, and the same row may be there twice."""

from twinbase_ebp.loading.guard import refusal
from twinbase_ebp.loading.work import Work
from twinbase_ebp.loading.writing import ARRAY, INCOMING, named


def replace_what_differs(work: Work) -> None:
    """Make the copy hold the source's rows, each as often, in one transaction; rows that are in both stay untouched."""
    work.check_stop()
    rows = work.reader.whole()
    work.report.read += len(rows)
    with work.book.page():
        work.writer.stage(rows)
        before = work.writer.count()
        if (sentence := _refusal(work, before - len(rows), before)) is not None:
            work.report.refused, work.report.why = before - len(rows), sentence
            work.book.say("deletes_refused", sentence, {"deletions": before - len(rows), "rows": before})
            return
        surplus = work.writer.run(_surplus(work)).scalars().all()
        work.report.inserted += work.writer.run(_insert(work)).rowcount
        statement = f"DELETE FROM {work.writer.table} WHERE ctid = ANY ({ARRAY}::tid[])"
        work.report.deleted += work.writer.run(statement, list(surplus)).rowcount
        work.book.keep(checked_at=work.run.now, fingerprint=work.spec.fingerprint, refused=0)
        work.book.backfilled()


def _refusal(work: Work, deletions: int, rows: int) -> str | None:
    if work.spec.name in work.run.options.confirmed:
        return None
    return refusal(work.spec.name, deletions, rows, work.run.habits.delete_percent)


def _numbered(work: Work, table: str) -> str:
    """The rows, each with its text and a number among those of that text: the second of two alike is another row."""
    text = f"ROW({named(work.spec.columns)})::text"
    number = f"row_number() OVER (PARTITION BY {text})"
    return f"SELECT *, ctid AS ebp_place, {text} AS ebp_row, {number} AS ebp_n FROM {table}"


def _without(work: Work, table: str, other: str) -> str:
    return (
        f"({_numbered(work, table)}) one WHERE NOT EXISTS (SELECT FROM ({_numbered(work, other)}) other"
        " WHERE (other.ebp_row, other.ebp_n) = (one.ebp_row, one.ebp_n))"
    )


def _surplus(work: Work) -> str:
    return f"SELECT ebp_place::text FROM {_without(work, work.writer.table, INCOMING)}"


def _insert(work: Work) -> str:
    listed = named(work.spec.columns)
    missing = _without(work, INCOMING, work.writer.table)
    return f"INSERT INTO {work.writer.table} ({listed}) SELECT {listed} FROM {missing}"
