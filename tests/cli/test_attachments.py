"""`twinbase attachment`: the office gives a document its file, and hears of photos that do not come."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.cli.conftest import PLUGINS, VISIT, Company
from tests.cli.said import Said, Twinbase

CONTRACT = b"%PDF-1.7 a contract"


def put(twinbase: Twinbase, company: Company, id: object, file: Path, **environment: str) -> Said:
    options = ("--plugins", PLUGINS, "--database-url", company.url)
    return twinbase("attachment", "put", "documents", id, "sha256", file, *options, **environment)


def test_a_document_of_the_office_is_given_its_file(twinbase: Twinbase, company: Company, tmp_path: Path) -> None:
    id, store, file = uuid4(), tmp_path / "store", tmp_path / "contract.pdf"
    file.write_bytes(CONTRACT)
    company.sql(
        "INSERT INTO mobile.documents (id, owner_kind, owner_id, sha256)"
        f" VALUES ('{id}', 'interventions', '{VISIT}', '{hashlib.sha256(CONTRACT).hexdigest()}')"
    )
    nowhere = put(twinbase, company, id, file)
    assert nowhere.status == 1 and "set TWINBASE_FILES" in nowhere.err
    done = put(twinbase, company, id, file, TWINBASE_FILES=str(store))
    assert (done.status, done.out) == (0, f"documents {id} has its content.\n"), done.err
    (kept,) = [path for path in store.rglob("*") if path.is_file()]
    assert kept.read_bytes() == CONTRACT
    again = put(twinbase, company, f'["{id}"]', file, TWINBASE_FILES=str(store))
    assert again.status == 0 and [path for path in store.rglob("*") if path.is_file()] == [kept]
    status = twinbase("attachment", "status", "--database-url", company.url, "--json")
    assert (status.status, status.json["contents"], status.json["bytes"]) == (0, 1, len(CONTRACT))


def test_another_file_than_the_row_names_is_not_taken(twinbase: Twinbase, company: Company, tmp_path: Path) -> None:
    id, file = uuid4(), tmp_path / "other.pdf"
    file.write_bytes(b"%PDF-1.7 another one")
    company.sql(
        "INSERT INTO mobile.documents (id, owner_kind, owner_id, sha256)"
        f" VALUES ('{id}', 'interventions', '{VISIT}', '{'0' * 64}')"
    )
    other = put(twinbase, company, id, file, TWINBASE_FILES=str(tmp_path / "store"))
    assert other.status == 1 and f"The row names {'0' * 64}" in " ".join(other.err.split())
    unknown = put(twinbase, company, uuid4(), file, TWINBASE_FILES=str(tmp_path / "store"))
    assert unknown.status == 1 and "There is no such row" in " ".join(unknown.err.split())


def test_photos_that_do_not_come_are_told_with_whose_they_are(twinbase: Twinbase, company: Company) -> None:
    quiet = twinbase("attachment", "status", "--database-url", company.url)
    assert quiet.status == 0 and "awaited: 0." in quiet.out
    company.sql(
        "INSERT INTO twinbase.awaited"
        " VALUES ('intervention_photos', 'sha256', '[\"x\"]', 'ab', now() - interval '3 days')"
    )
    late = twinbase("attachment", "status", "--database-url", company.url)
    assert late.status == 1 and "1 rows wait for theirs for too long" in late.out and '["x"]' in late.out
    patient = twinbase("attachment", "status", "--database-url", company.url, TWINBASE_FILES_OVERDUE_HOURS="100")
    assert patient.status == 0


def test_a_server_that_has_nowhere_to_keep_content_says_so_once_and_one_that_cannot_write_there_does_not_start(
    company: Company, tmp_path: Path
) -> None:
    file = tmp_path / "no directory"
    file.touch()
    refused = serve(company, str(file))
    assert refused.returncode == 1 and "is no directory that can be written to" in " ".join(refused.stderr.split())
    said = serve(company, "", "--host", "256.0.0.1").stderr
    assert said.count("TWINBASE_FILES is not set") == 1


def serve(company: Company, files: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """`twinbase serve` as a process that ends by itself."""

    environment = os.environ | {"TWINBASE_DATABASE_URL": company.url, "TWINBASE_PLUGINS": PLUGINS}
    command: list[Any] = [Path(sys.executable).with_name("twinbase"), "serve", "--port", "0", *options]
    return subprocess.run(
        command, env=environment | {"TWINBASE_FILES": files}, capture_output=True, text=True, timeout=100
    )
