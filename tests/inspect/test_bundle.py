"""A report for support says how a file stands, and nothing of whom it is about."""

import json
from pathlib import Path

from tests.inspect.conftest import CANARY, PRODUCTS
from tests.sync.shop import Job, Product
from typer import Typer
from typer.testing import CliRunner

from twinbase.testing import Device
from twinbase.testing.world import KEY
from twinbase_textual.inspect.bundle import make_bundle
from twinbase_textual.inspect.command import inspect
from twinbase_textual.inspect.opened_file import InspectedFile


def test_it_counts_rows_edits_and_sums(inspected: InspectedFile) -> None:
    bundle = make_bundle(inspected)
    twins = {twin["twin"]: twin for twin in bundle["twins"]}
    assert twins["product"]["rows"] == twins["product"]["sums"][0] == PRODUCTS
    assert all(twin["sums_agree"] for twin in bundle["twins"]) and bundle["damage"] == []
    assert {(edit["state"], edit["reason"], edit["edits"]) for edit in bundle["edits"]} == {
        ("pending", "", 1), ("refused", "out-of-scope", 1), ("conflict", "", 1),
    }  # fmt: skip


async def test_it_holds_no_value_of_a_row_no_name_and_no_secret(anna: Device, inspected: InspectedFile) -> None:
    said = json.dumps(make_bundle(inspected))
    texts = {product.name for product in await anna.all(Product)} | {job.title for job in await anna.all(Job)}
    texts |= {str(job.id) for job in await anna.all(Job)}
    for row in await anna.sql("SELECT key FROM _twinbase_content_key"):
        texts.add(row[0].hex())
    moments = {moment for row in await anna.sql("SELECT synced_at FROM _twinbase_state") for moment in row}
    texts |= {value for (value,) in await anna.sql("SELECT value FROM _twinbase_sync") if len(value) > 12} - moments
    texts |= {token for (token,) in await anna.sql("SELECT token FROM _twinbase_state")}
    texts |= {detail for (detail,) in await anna.sql("SELECT detail FROM _twinbase_outbox WHERE detail <> ''")}
    assert len(texts) > PRODUCTS
    leaked = {text for text in texts | {CANARY, "anna", "example.org", KEY.hex(), str(anna.path)} if text in said}
    assert leaked == set()


async def test_the_command_writes_it_where_it_is_told(anna: Device, tmp_path: Path) -> None:
    await anna.close()
    key, out = tmp_path / "key", tmp_path / "report.json"
    key.write_text(KEY.hex())
    app = Typer()
    app.command()(inspect)
    called = CliRunner().invoke(app, [str(anna.path), "--key-file", str(key), "--bundle", str(out)])
    assert called.exit_code == 0, called.output
    assert json.loads(out.read_text())["file_bytes"] == anna.path.stat().st_size
    await anna.reopen()
