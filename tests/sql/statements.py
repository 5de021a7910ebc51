"""Every statement that the server composes, over the workshop: its name, who composes it, and its text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Executable, select, text
from sqlalchemy.dialects.postgresql import asyncpg
from tests.sql.workshop import ORDERED, registry

from twinbase_server.accept import neighbours, rows, targets, write
from twinbase_server.accept.foreign_keys import foreign_keys_of
from twinbase_server.capture import respelling, trigger_sql
from twinbase_server.capture.marks import TRIGGERS, trigger_name
from twinbase_server.capture.trigger_sql import Capture
from twinbase_server.capture.watched import captured_tables
from twinbase_server.feed import generation, reading, statements
from twinbase_server.feed.news import look, plan
from twinbase_server.feed.statements import make_feed_shape
from twinbase_server.projection import progress, run, staging
from twinbase_server.projection.fit import Fitted
from twinbase_server.sql.unseen import parse_snapshot

TWINS = registry()
JOB, PART = TWINS["job"], TWINS["part"]
# What a database gives: the number of the table, and the transaction in which capture began.
RELID, BASE = 16_384, 700


@dataclass(frozen=True)
class Composed:
    """A statement: `step` of the way of a row, `module` that composes it, `what` it is for, and its text."""

    step: str
    module: str
    what: str
    sql: str


def composed() -> Mapping[str, Composed]:
    """By name."""
    return dict([*_captured(), *_fed(), *_accepted(), *_projected()])


def _captured() -> Iterator[tuple[str, Composed]]:
    (table,) = [one for one in captured_tables(TWINS, [ORDERED]) if one.name == "part"]
    for kind, sql in Capture(table, RELID, BASE).functions_sql().items():
        yield f"capture-{kind}", Composed("capture", trigger_sql.__name__, f"what the trigger does: {kind}", sql)
    spelled = Capture(table, RELID, BASE, key_is_exact=False).functions_sql()
    for kind in ("insert", "update", "settle"):
        name, what = f"capture-respelled-{kind}", f"the same where a key has several spellings: {kind}"
        yield name, Composed("capture", respelling.__name__, what, spelled[kind])
    arming = (
        f"CREATE OR REPLACE TRIGGER {trigger_name(kind)} {when.format(on=table.qualified)} FOR EACH STATEMENT"
        f" EXECUTE FUNCTION {table.object_sql(kind)}()"
        for kind, when in TRIGGERS.items()
    )
    yield (
        "capture-triggers",
        Composed("capture", "twinbase_server.capture.install", "the triggers of a table", ";\n".join(arming)),
    )


def _fed() -> Iterator[tuple[str, Composed]]:
    tables = tuple(sorted(JOB.reads.tables | PART.reads.tables))
    yield (
        "head",
        Composed("feed", reading.__name__, "all that an answer needs before its first row", reading._head_sql(tables)),
    )
    recognised = generation.recognised_sql("$1::text", "$2::xid8", "$3::xid8[]")
    yield (
        "recognised",
        Composed("feed", generation.__name__, "whether a cursor is of this history", f"SELECT {recognised}"),
    )
    for twin in (JOB, PART):
        wire = make_feed_shape(twin, twin.columns)
        for name, what, statement in (
            ("page", "a page of a first sync", wire.page_statement(resumed=True)),
            ("changed", "a page of what a cursor cannot see", wire.changed_page_statement(resumed=True)),
            ("buckets", "a page of the buckets that differ", wire.bucket_page_statement(resumed=False)),
            ("removed", "keys that changed and are not in scope", wire.removed_statement()),
            ("digest", "rows and sums of a twin", wire.digest_statement()),
            ("bucket-sums", "the same, bucket by bucket", wire.bucket_sums_statement()),
        ):
            yield f"{name}-{twin.name}", Composed("feed", statements.__name__, f"{what} ({twin.name})", statement.sql)
    yield "news", Composed("feed", look.__name__, "what is new since a look", look.find_news_sql(tables))
    table_news = plan.plan_news(TWINS)[JOB.schema, JOB.table.name]
    assert table_news.scope is not None
    yield "news-rows-job", Composed("feed", plan.__name__, "which rows are new (job)", table_news.rows_sql())
    concern = table_news.scope.concern_sql()
    yield "news-concern-job", Composed("feed", plan.__name__, "whom rows concern, of many at once (job)", concern)


def _accepted() -> Iterator[tuple[str, Composed]]:
    for twin in (JOB, PART):
        columns = twin.columns[len(twin.key) :]
        for name, module, what, sql in (
            ("lock", rows, "the rows of a batch, locked", rows._lock_sql(twin, True)),
            ("read", rows, "the rows of a batch, with version and scope", rows._read_sql(twin)),
            ("insert", write, "new rows", write._insert_sql(twin, columns)),
            ("update", write, "changed rows", write._update_sql(twin, columns)),
            ("delete", write, "deleted rows", write._delete_sql(twin)),
            ("outside", write, "rows that are out of scope now", write._outside_sql(twin, False)),
        ):
            yield f"{name}-{twin.name}", Composed("accept", module.__name__, f"{what} ({twin.name})", sql)
    (key,) = foreign_keys_of(TWINS, PART)
    yield (
        "target-part",
        Composed("accept", targets.__name__, "whether a part's job is there", targets._existing_sql(key)),
    )
    beside = neighbours._read_sql(PART, "job_id")
    yield "neighbours-part", Composed("accept", neighbours.__name__, "the parts beside a change", beside)


def _projected() -> Iterator[tuple[str, Composed]]:
    since = parse_snapshot("740:745:742")
    step = staging.make_step(0, Fitted(ORDERED), {ORDERED.name: progress.ProjectionProgress(since)})
    for name, module, what, statement in (
        ("touched", staging, "the orders to look at again", staging._touched(ORDERED.feeds)),
        ("project-update", run, "jobs that differ from their orders", run._update(step)),
        ("project-gone", run, "jobs whose order is gone", select(step.projection.table.c.id).where(*step.gone)),
    ):
        yield name, Composed("projection", module.__name__, what, _compiled(statement))
    renewed = _compiled(text(progress._RENEWED))
    yield "renewed", Composed("projection", progress.__name__, "sources whose capture was renewed", renewed)


def _compiled(statement: Executable) -> str:
    dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect))  # type: ignore[attr-defined]
