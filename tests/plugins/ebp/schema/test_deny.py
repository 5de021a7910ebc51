"""What is secret in EBP is not read: no spec, no file and no message knows of it."""

import logging

import pytest
from tests.plugins.ebp.schema.conftest import execute, reflected

import twinbase_ebp.tables as hand_modelled
from twinbase_ebp.schema import specs_to_json
from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.settings import EbpSettings

SECRETS = [
    ("EbpSysUser", "UserPassword"), ("Customer", "xx_login_ticket"), ("Customer", "xx_mdp_ticket"),
    ("Customer", "xx_Mot_de_passe"), ("Customer", "xx_MotDePasse"), ("Contact", "userpassword"), ("Contact", "MDP"),
    ("CustomerProduct", "xx_Cles_PC"), ("CustomerProduct", "xx_Clé_Web"), ("CustomerProduct", "xx_Code_PIN"),
    ("Bank", "AccountDetail_InternationalBankAccountNumber"), ("Bank", "AccountDetail_BankIdentifierCode"),
    ("Supplier", "IBAN"), ("Supplier", "CodeIBAN"), ("Supplier", "xx_rib"), ("Supplier", "BicCode"),
    ("ThirdBankAccountDetail", "AccountHolder"), ("Colleague", "CifNif"), ("EbpSysMachineInfo", "MachineKeyInfo"),
    ("Anything", "ApiKey"), ("Anything", "apikey_smtp"), ("Anything", "RefreshToken"),
]  # fmt: skip
COSTS = [
    ("Colleague", "HourlyCostPrice"), ("Item", "CostPrice"), ("Item", "PurchasePrice"), ("StockMovement", "Cost"),
    ("StockMovement", "UnitCost"), ("Item", "Pump"), ("DealResourcesCost", "PredictedCostamount"),
    ("SupplierItem", "CurrencyNetPurchasePrice"), ("Item", "xx_Prix_Achat"),
]  # fmt: skip
PLAIN = [
    ("Customer", "Name"), ("BankRemittance", "BankId"), ("PurchaseDocument", "DocumentNumber"), ("Item", "Caption"),
    ("ScheduleEvent", "Maintenance_Reference"), ("Item", "SalePriceVatExcluded"), ("Address", "AddressFields_City"),
    ("Customer", "Notes"), ("Item", "ItemClear"), ("EbpSysLock", "keyValue"), ("xx_Pinces", "Epingle"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column"), SECRETS)
def test_a_secret_is_denied_whatever_its_type(table: str, column: str) -> None:
    assert DenyList().denies(table, column)


@pytest.mark.parametrize(("table", "column"), COSTS)
def test_what_a_thing_costs_is_denied(table: str, column: str) -> None:
    assert DenyList().denies(table, column, amount=True)


def test_a_switch_that_speaks_of_costs_is_no_secret() -> None:
    assert not DenyList().denies("IncidentStockDocument", "IncludeInCosts")


@pytest.mark.parametrize(("table", "column"), PLAIN)
def test_what_is_needed_every_day_is_read(table: str, column: str) -> None:
    assert not DenyList().denies(table, column, amount=True, blob=True)


def test_the_blobs_of_options_are_denied_and_other_blobs_are_not() -> None:
    assert DenyList().denies("EbpSysOptions", "OptionBlobValue", blob=True)
    assert not DenyList().denies("Item", "ItemImage", blob=True)


def test_settings_add_to_the_list_and_take_nothing_away() -> None:
    added = DenyList(["Customer.Siren", "*.xx_prive*", "Margin", "Payroll*.*", "!Colleague.CifNif"])
    assert added.denies("customer", "SIREN")
    assert added.denies("Deal", "xx_Prive2")
    assert added.denies("Deal", "Margin")
    assert added.denies("PayrollLine", "Id")
    assert added.denies("Colleague", "CifNif")
    assert not added.denies("Supplier", "Siren")


def test_settings_may_be_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINBASE_EBP_DENY", "Customer.Siren, Margin")
    assert EbpSettings().deny == ("Customer.Siren", "Margin")
    monkeypatch.setenv("TWINBASE_EBP_DENY", '["Margin"]')
    assert EbpSettings().deny == ("Margin",)


async def test_no_secret_is_in_a_spec_nor_in_a_file_nor_in_a_log(
    source_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Beside EBP's own secrets there is one of a type that cannot be copied, of which nobody may complain by name."""
    await execute(
        source_url,
        'ALTER TABLE "Customer" ADD COLUMN "xx_login_secretfield" polygon',
        'CREATE TABLE "Coffre" ("Password" text)',
    )
    with caplog.at_level(logging.DEBUG):
        written = specs_to_json(await reflected(source_url)).lower()
    deny = DenyList()
    for spec in await reflected(source_url):
        assert not [name for name in (*[c.name for c in spec.columns], *spec.lobs) if deny.denies(spec.name, name)]
    for name in ("password", "xx_login", "xx_mdp", "cifnif", "hourlycostprice", "xx_cles", "coffre", "optionblob"):
        assert name not in written
        assert name not in caplog.text.lower()


async def test_a_table_can_be_denied_whole(ebp_shape: str) -> None:
    names = [spec.name for spec in await reflected(ebp_shape, EbpSettings(deny=("Bank.*", "Payroll*.*")))]
    assert "Bank" not in names
    assert "BankRemittance" in names
    assert not [name for name in names if name.startswith("Payroll")]


def test_no_hand_modelled_table_asks_for_what_is_denied() -> None:
    deny = DenyList()
    assert len(hand_modelled.TABLES) > 30
    for table in hand_modelled.TABLES:
        amounts = {c.name: str(c.type).startswith("NUMERIC") for c in table.columns}
        denied = [name for name, amount in amounts.items() if deny.denies(table.name, name, amount=amount)]
        assert not denied, f"{table.name}: {denied}"
