"""Tables without a key: their rows are only told apart by what they hold, and the same row may be there twice."""

from twinbase_ebp.loading.guard import refusal
from twinbase_ebp.loading.work import TableLoad
from twinbase_ebp.loading.writing import ARRAY, INCOMING, Writer, named


def replace_what_differs(work: TableLoad) -> None:
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
            work.book.keep(refused=before - len(rows))
            return
        _replace(work)
        work.book.forget_problems()
        work.book.keep(checked_at=work.run.now, fingerprint=work.spec.fingerprint, refused=0)
        work.book.backfilled()


def missing_rows(writer: Writer) -> str:
    """The staged rows that the copy lacks, as a query."""
    return f"SELECT {named(writer.spec.columns)} FROM {_without(writer, INCOMING, writer.table)}"


def surplus_rows(writer: Writer) -> str:
    """The places of the copy's rows that are not among the staged ones, as a query."""
    return f"SELECT ebp_place::text FROM {_without(writer, writer.table, INCOMING)}"


def _replace(work: TableLoad) -> None:
    writer = work.writer
    surplus = writer.run(surplus_rows(writer)).scalars().all()
    listed = named(writer.spec.columns)
    work.report.inserted += writer.run(f"INSERT INTO {writer.table} ({listed}) {missing_rows(writer)}").rowcount
    statement = f"DELETE FROM {writer.table} WHERE ctid = ANY ({ARRAY}::tid[])"
    work.report.deleted += writer.run(statement, list(surplus)).rowcount


def _refusal(work: TableLoad, deletions: int, rows: int) -> str | None:
    if work.spec.name in work.run.options.confirmed:
        return None
    return refusal(work.spec.name, deletions, rows, work.run.habits.delete_percent)


def _numbered(writer: Writer, table: str) -> str:
    """The rows, each with its text and a number among those of that text: the second of two alike is another row."""
    text = f"ROW({named(writer.spec.columns)})::text"
    number = f"row_number() OVER (PARTITION BY {text})"
    return f"SELECT *, ctid AS ebp_place, {text} AS ebp_row, {number} AS ebp_n FROM {table}"


def _without(writer: Writer, table: str, other: str) -> str:
    return (
        f"({_numbered(writer, table)}) one WHERE NOT EXISTS (SELECT FROM ({_numbered(writer, other)}) other"
        " WHERE (other.ebp_row, other.ebp_n) = (one.ebp_row, one.ebp_n))"
    )
