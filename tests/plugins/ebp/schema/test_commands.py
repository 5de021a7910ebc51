"""`twinbase ebp reflect` and `tables`: what an operator sees of EBP, and the file that devices need."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.ebp.schema.conftest import execute
from tests.plugins.ebp.schema.target import following

from twinbase_ebp.schema import specs_from_json
from twinbase_server.cli import run


def answered(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """The JSON that a command answers with."""
    assert run([str(argument) for argument in arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_reflect_says_what_there_is_and_writes_the_file(
    ebp_shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "specs.json"
    said = answered(capsys, "ebp", "reflect", "--source-url", ebp_shape, "--out", file, "--json")
    assert said["tables"] == 319
    assert said["kinds"]["files"] == 18
    assert said["problems"] == []
    assert len(specs_from_json(file.read_bytes())) == 319
    assert [path.name for path in tmp_path.iterdir()] == ["specs.json"]


def test_reflect_names_columns_as_the_copies_do(
    small_source_url: str, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The type of a column has changed after the copy was made: what devices read is the new one."""
    asyncio.run(_copy_and_change(small_source_url, database_url))
    file = tmp_path / "specs.json"
    answered(
        capsys,
        "ebp",
        "reflect",
        "--source-url",
        small_source_url,
        "--database-url",
        database_url,
        "--out",
        file,
        "--json",
    )
    (vat,) = specs_from_json(file.read_bytes())
    assert vat.get_column("Rate").target == "Rate__2"


async def _copy_and_change(source_url: str, url: str) -> None:
    await execute(source_url, 'CREATE TABLE "Vat" ("Id" int PRIMARY KEY, "Rate" int)')
    async with following(source_url, url) as target:
        await target.follow()
    await execute(source_url, 'ALTER TABLE "Vat" ALTER COLUMN "Rate" TYPE numeric(6,2)')


def test_tables_lists_kind_rows_key_and_columns(small_source_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    statements = 'CREATE TABLE "Vat" ("Id" int PRIMARY KEY, "xx_A" int)', 'INSERT INTO "Vat" VALUES (1), (2)'
    asyncio.run(execute(small_source_url, *statements, 'CREATE TABLE "Site" ("Outline" polygon)'))
    said = answered(capsys, "ebp", "tables", "--source-url", small_source_url, "--json")
    assert said["tables"][1] == {
        "name": "Vat",
        "kind": "hash",
        "rows": 2,
        "key": ["Id"],
        "columns": 2,
        "custom": 1,
        "mirrored": False,
        "problem": "",
    }
    assert run(["ebp", "tables", "Site", "--source-url", small_source_url]) == 0
    assert "polygon" in capsys.readouterr().out
    assert run(["ebp", "tables", "Nothing", "--source-url", small_source_url]) == 1
    assert "Nothing" in capsys.readouterr().err


def test_an_unreachable_source_is_said_without_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["ebp", "tables", "--source-url", "postgresql://anna:geheim@127.0.0.1:1/ebp"]) == 1
    said = capsys.readouterr().err
    assert "does not answer" in said
    assert "geheim" not in said
    monkeypatch.delenv("TWINBASE_EBP_SOURCE_URL", raising=False)
    assert run(["ebp", "tables"]) == 1
    assert "TWINBASE_EBP_SOURCE_URL" in capsys.readouterr().err


def test_sql_server_is_spoken_to_through_the_driver_of_the_extra(capsys: pytest.CaptureFixture[str]) -> None:
    """As far as that goes without one: the driver is there, and it is the network that answers no."""
    assert run(["ebp", "tables", "--source-url", "mssql://sa:geheim@127.0.0.1:1/ebp"]) == 1
    said = capsys.readouterr().err
    assert "mssql+pymssql://127.0.0.1:1/ebp (OperationalError)" in said
    assert "geheim" not in said
