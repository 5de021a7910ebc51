"""The SQL that the server sends can be read: docs/reference/sql holds each statement as it is composed.

After a change of a statement: `pytest tests/sql --force-regen`, and read what came of it.
"""

import re
from pathlib import Path

import pglast
import pytest
from pytest_regressions.file_regression import FileRegressionFixture
from tests.sql.statements import Composed, composed

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/reference/sql"
COMPOSED = composed()
WIDTH = 110


@pytest.mark.parametrize("name", COMPOSED)
def test_a_statement_is_the_one_that_stands_in_the_reference(name: str, file_regression: FileRegressionFixture) -> None:
    one = COMPOSED[name]
    text = f"-- {one.what}: composed by {_file(one)}\n{_readable(one.sql)}\n"
    file_regression.check(text, extension=".sql", fullpath=FOLDER / f"{name}.sql")


def test_the_reference_holds_nothing_else() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == set(COMPOSED)


def test_the_page_lists_every_statement_with_the_file_that_composes_it() -> None:
    page = (ROOT / "docs/reference/sql.md").read_text()
    listed = re.findall(r"^\| \[(\S+)\]\(sql/\1\.sql\) \| (.+) \| `(.+)` \|$", page, re.MULTILINE)
    assert listed == [(name, one.what, _file(one)) for name, one in COMPOSED.items()]


def _file(one: Composed) -> str:
    return f"{one.module.removeprefix('twinbase_server.').replace('.', '/')}.py"


def _readable(sql: str) -> str:
    """As PostgreSQL's own parser reads it, over lines; the body of a function is laid out where it is written."""
    if "CREATE" in sql:
        return sql.strip()
    return str(pglast.prettify(sql, compact_lists_margin=WIDTH, comma_at_eoln=True))
