"""What a day of Anna's has left behind, by plain SQL in PostgreSQL."""

import asyncio
import hashlib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import select
from tests.attachments.pictures import make_picture
from tests.day.company import Company
from tests.kivy.day import ME, RACK, VISIT, ident

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_mobile.tables import Intervention, InterventionPhoto

PHOTOS = 20
PLACE = "cuisine, derrière la porte"
BOTH_REPORTS = "Vu par téléphone.\n\n-----\n\nBaie livrée, à mettre en service."
REPORT = "Brûleur nettoyé, joint changé."


def take_photos(folder: Path) -> None:
    """What her camera has put into the folder for pictures."""
    folder.mkdir(parents=True)
    for number in range(PHOTOS):
        (folder / f"IMG_{number:03}.jpg").write_bytes(make_picture(160, 7 * number))


async def prove_visit(company: Company, *signature: object) -> None:
    """It is done, with all that belongs to it. `signature`: the second one; of whom, by what name, whether refused."""
    visit = await company.read(
        "SELECT status::text, report, actual_start IS NOT NULL, actual_end IS NOT NULL"
        " FROM mobile.interventions WHERE id = :id", id=VISIT,
    )  # fmt: skip
    assert [tuple(row) for row in visit] == [("done", REPORT, True, True)]
    parts = await company.read(
        "SELECT label, quantity::int FROM mobile.intervention_parts WHERE intervention_id = :id", id=VISIT
    )
    assert [tuple(row) for row in parts] == [("Joint de corps de chauffe", 1)]
    answers = await company.read(
        "SELECT item_key, coalesce(value_number::text, value_bool::text) FROM mobile.checklist_answers"
        " WHERE intervention_id = :id ORDER BY 1", id=VISIT,
    )  # fmt: skip
    found = {key: float(value) if value[0].isdigit() else value for key, value in answers}
    assert found == {"vents": "true", "co": 62, "smoke": 118, "pressure": 1.5}
    signatures = await company.read(
        "SELECT role::text, coalesce(signer_name, ''), refused FROM mobile.intervention_signatures"
        " WHERE intervention_id = :id",
        id=VISIT,
    )
    assert sorted(map(tuple, signatures)) == sorted([("customer", "M. Lefèvre", False), signature]), list(signatures)


async def prove_photos(company: Company) -> None:
    """Twenty, each with its bytes, which are those that its row names."""
    rows = await company.read(
        "SELECT sha256, size_bytes FROM mobile.intervention_photos WHERE intervention_id = :id", id=VISIT
    )
    assert len({sha256 for sha256, _ in rows}) == len(rows) == PHOTOS
    for sha256, size in rows:
        content = company.read_file(sha256)
        assert content is not None and len(content) == size, sha256
        assert hashlib.sha256(content).hexdigest() == sha256


async def prove_the_rest(company: Company) -> None:
    """Each of these is there once, as it was typed."""
    for statement, expected in RESTS:
        rows = [tuple(row) for row in await company.read(statement)]
        assert rows == expected, statement


RESTS: list[tuple[str, list[Any]]] = [
    (
        "SELECT caption, severity::text, customer_id FROM mobile.incidents WHERE code IS NULL",
        [("62 ppm of CO in the kitchen", "danger", ident(100))],
    ),
    (
        "SELECT title, customer_id, lead_id, status::text FROM mobile.interventions WHERE made_on_site",
        [("Fuite au vestiaire", ident(105), ME, "in_progress")],
    ),
    (
        "SELECT activity::text, end_at - start_at FROM mobile.timesheets"
        " WHERE day = '2026-06-10' AND intervention_id IS NULL ORDER BY start_at",
        [("workshop", timedelta(minutes=30)), ("travel", timedelta(minutes=25))],
    ),
    (
        "SELECT count(*), count(end_at) FROM mobile.timesheets"
        " WHERE day = '2026-06-10' AND intervention_id IS NOT NULL",
        [(4, 3)],
    ),
    (
        "SELECT category::text, amount_ttc FROM mobile.expenses WHERE expense_on = '2026-06-10' ORDER BY 1",
        [("meal", Decimal("14.50")), ("parking", Decimal("4.20"))],
    ),
    ("SELECT kind::text, quantity FROM mobile.stock_movements ORDER BY 1",
     [("consumption", 1), ("inventory_gap", -1)]),
    ("SELECT location_in_site FROM mobile.customer_equipment WHERE caption LIKE 'Saunier%'", [(PLACE,)]),
    ("SELECT report FROM mobile.interventions WHERE title LIKE 'Mise en service baie%'", [(BOTH_REPORTS,)]),
]  # fmt: skip


async def prove_second_device(company: Company, folder: Path) -> None:
    """Another device of hers has all of it after its first sync, and can prove that."""
    plugins = Plugins("mobile", "deliveries")
    async with (
        asyncio.timeout(120),
        await Replica.open(
            folder / "second.twin", bytes(32), plugins=plugins, server=company.address, clock=company.read_now
        ) as second,
    ):
        await second.enroll(await company.make_code(), device_name="tablet")
        report = await second.sync()
        assert report.is_proven
        async with second.read() as session:
            visit = await session.get_one(Intervention, VISIT)
            assert (visit.status, visit.report) == ("done", REPORT)
            assert (await session.get_one(Intervention, RACK)).report == BOTH_REPORTS
            photos = (await session.exec(select(InterventionPhoto.sha256))).all()
        assert len(set(photos)) == PHOTOS
        sha256 = str(photos[0])
        await second.attachments.fetch(sha256)
        with await second.attachments.open(sha256) as file:
            assert file.read() == company.read_file(sha256)
