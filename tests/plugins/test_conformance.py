"""The conformance kit on our own plugins: they stand under the same rules as a stranger's."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import SQLModel
from tests.plugins.mobile.wanted import WANTED

from twinbase.testing.conformance import Conformance, Person
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec, specs_to_json
from twinbase_mobile import tables as mobile
from twinbase_mobile.tables.kinds import ProjectKind

ANNA, BOB, CARL = (UUID(int=number, version=4) for number in (1, 2, 3))
VISIT, PROJECT, BOILER, CUSTOMER, FAR = (UUID(int=number, version=4) for number in (4, 5, 6, 7, 8))
VAN, FAR_VAN, VALVE = (UUID(int=number, version=4) for number in (9, 10, 11))


def scope_of(table: str) -> str:
    """The oracle of the scopes' own tests, with parameters by name."""
    condition = WANTED[table].replace("$1", "CAST(:colleague_id AS uuid)").replace("$2", ":as_of")
    return f"SELECT t.id FROM mobile.{table} t WHERE {condition.replace('$3::uuid[]', 'CAST(:team AS uuid[])')}"


class TestMobile(Conformance):
    """All 32 tables, with two technicians, one of whom leads the other."""

    plugins = ("mobile",)
    people = (
        Person("anna", {"colleague_id": str(ANNA), "team": [str(BOB)]}),
        Person("bob", {"colleague_id": str(BOB), "team": [str(BOB)]}),
    )
    scopes = {table: scope_of(table) for table, condition in WANTED.items() if condition != "true"}
    choices = {
        "colleagues.code": "ABCD",
        "colleagues.sector": "ABCD",
        "sectors.code": "ABCD",
        "sectors.colleague_codes": [["A"], ["A", "B"], []],
        "sectors.zip_prefixes": [["75"], ["69", "2A"], []],
        "customer_sites.zip_code": ["75011", "69001", "2A004", "13001"],
        "timesheets.colleague_id": [ANNA, BOB, CARL],
        "travel_logs.colleague_id": [ANNA, BOB, CARL],
        "expenses.colleague_id": [ANNA, BOB, CARL],
        "stock_movements.colleague_id": [ANNA, BOB, CARL],
        "interventions.lead_id": [ANNA, BOB, CARL],
        "project_members.project_id": [PROJECT],
        "project_members.colleague_id": [ANNA, BOB, CARL],
        "storehouses.owner_id": [ANNA, BOB, CARL],
        "documents.owner_id": [VISIT, PROJECT, BOILER],
    }
    rows, steps = 6, 18

    def given_rows(self, now: datetime) -> Sequence[SQLModel]:
        named = {ANNA: "A", BOB: "B", CARL: "C"}
        return [
            *(mobile.Colleague(id=id, code=code, sector=code) for id, code in named.items()),
            mobile.Customer(id=CUSTOMER, code="C1", salesperson_id=ANNA),
            mobile.Customer(id=FAR, code="C2", salesperson_id=CARL),
            *(mobile.CustomerSite(id=id, customer_id=id) for id in (CUSTOMER, FAR)),
            *(mobile.MaintenanceContract(id=id, code="M", customer_id=id) for id in (CUSTOMER, FAR)),
            mobile.CustomerEquipment(id=BOILER, customer_id=CUSTOMER),
            mobile.Project(id=PROJECT, code="P1", kind=ProjectKind.DEAL),
            mobile.Intervention(id=VISIT, lead_id=ANNA, customer_id=CUSTOMER, project_id=PROJECT, scheduled_start=now),
            mobile.Product(id=VALVE, code="V1"),
            mobile.Storehouse(id=VAN, owner_id=ANNA),
            mobile.Storehouse(id=FAR_VAN, owner_id=CARL),
            *(mobile.StockLevel(id=id, product_id=VALVE, storehouse_id=id) for id in (VAN, FAR_VAN)),
        ]


SHELF = TableSpec(
    "StockItem",
    columns=(
        ColumnSpec("ItemId", "text(40)", nullable=False),
        ColumnSpec("StorehouseId", "uuid", nullable=False),
        ColumnSpec("RealStock", "decimal(28,8)"),
        ColumnSpec("Full", "bool"),
        ColumnSpec("Level", "int16"),
        ColumnSpec("Weight", "float64"),
        ColumnSpec("Since", "timestamp"),
        ColumnSpec("Notes", "text"),
        ColumnSpec("copy", "int64"),
        ColumnSpec("xx_Mon rayon", "text(9)"),
    ),
    key=("ItemId", "StorehouseId"),
    kind="hash",
)


class TestEbp(Conformance):
    """Any table of the ERP as it is, by one line of configuration."""

    plugins = ("ebp",)

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def configured(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        """What `twinbase ebp reflect --out` writes, and the one line."""
        path: Path = tmp_path_factory.mktemp("specs") / "specs.json"
        path.write_text(specs_to_json([SHELF]))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TWINBASE_EBP_SPECS", str(path))
            patch.setenv("TWINBASE_EBP_MIRROR", "StockItem")
            yield


class TestNinjaone(Conformance):
    """It has no mirror of its own yet: what holds for a plugin without one."""

    plugins = ("ninjaone",)
