"""Tables without a key: their rows are only told apart by what they hold, and the same row may be there twice."""

from twinbase_ebp.loading.guard import deletion_refusal
from twinbase_ebp.loading.table_load import TableLoad
from twinbase_ebp.loading.writing import ARRAY, INCOMING, Writer, column_names


def replace_what_differs(work: TableLoad) -> None:
    """Make the copy hold the source's rows, each as often, in one transaction; rows that are in both stay untouched."""
    work.check_stop()
    rows = work.reader.read_all()
    work.report.read += len(rows)
    with work.notes.begin_page():
        work.writer.stage(rows)
        before = work.writer.count()
        if (sentence := _refusal(work, before - len(rows), before)) is not None:
            work.report.refused, work.report.why = before - len(rows), sentence
            work.notes.say("deletes_refused", sentence, {"deletions": before - len(rows), "rows": before})
            work.notes.keep(refused=before - len(rows))
            return
        _replace(work)
        work.notes.forget_problems()
        work.notes.keep(checked_at=work.run.now, fingerprint=work.spec.fingerprint, refused=0)
        work.notes.note_backfilled()


def missing_rows_sql(writer: Writer) -> str:
    """The staged rows that the copy lacks, as a query."""
    return f"SELECT {column_names(writer.spec.columns)} FROM {_without(writer, INCOMING, writer.table)}"


def surplus_rows_sql(writer: Writer) -> str:
    """The positions of the copy's rows that are not among the staged ones, as a query."""
    return f"SELECT ebp_place::text FROM {_without(writer, writer.table, INCOMING)}"


def _replace(work: TableLoad) -> None:
    writer = work.writer
    surplus = writer.run(surplus_rows_sql(writer)).scalars().all()
    listed = column_names(writer.spec.columns)
    work.report.inserted += writer.run(f"INSERT INTO {writer.table} ({listed}) {missing_rows_sql(writer)}").rowcount
    statement = f"DELETE FROM {writer.table} WHERE ctid = ANY ({ARRAY}::tid[])"
    work.report.deleted += writer.run(statement, list(surplus)).rowcount


def _refusal(work: TableLoad, deletions: int, rows: int) -> str | None:
    if work.spec.name in work.run.options.confirmed:
        return None
    return deletion_refusal(work.spec.name, deletions, rows, work.run.habits.delete_percent)


def _numbered(writer: Writer, table: str) -> str:
    """The rows, each with its text and a number among those of that text: the second of two alike is another row."""
    text = f"ROW({column_names(writer.spec.columns)})::text"
    number = f"row_number() OVER (PARTITION BY {text})"
    return f"SELECT *, ctid AS ebp_place, {text} AS ebp_row, {number} AS ebp_n FROM {table}"


def _without(writer: Writer, table: str, other: str) -> str:
    return (
        f"({_numbered(writer, table)}) one WHERE NOT EXISTS (SELECT FROM ({_numbered(writer, other)}) other"
        " WHERE (other.ebp_row, other.ebp_n) = (one.ebp_row, one.ebp_n))"
    )
