"""Codes that EBP does not explain: where they stand, what they are taken for, and whether that is known or assumed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table
from sqlmodel import SQLModel

from twinbase_ebp.projections.sql import table_of
from twinbase_ebp.settings import ACTIVE_STATES, DEAL_STATES, EbpSettings
from twinbase_ebp.tables import (
    EbpActivity,
    EbpColleague,
    EbpConstructionSite,
    EbpCustomer,
    EbpCustomerProduct,
    EbpDeal,
    EbpIncident,
    EbpItem,
    EbpMaintenanceContract,
    EbpSaleDocument,
    EbpScheduleEvent,
    EbpScheduleEventCustomerProduct,
    EbpScheduleEventType,
    EbpStockDocument,
    EbpStockMovement,
)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one column. `words`: what each is taken for; any other is `otherwise`.

    `setting`: the variable to set them right with; None where EBP documents them. `example`: the column that examples
    are named by, a number or a code.
    """

    column: Column[Any]
    words: Mapping[Any, str]
    setting: str | None
    example: str
    otherwise: str = "unknown"

    @property
    def table(self) -> Table:
        return self.column.table

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def verified(self) -> bool:
        return self.setting is None

    def word_of(self, value: Any) -> str:
        """What a value found in the column is taken for."""
        known = {_key(code): word for code, word in self.words.items()}
        return known.get(_key(value), self.otherwise)


def _key(code: Any) -> Any:
    """As the projections compare: letters in capitals, without blanks at the end."""
    return code.rstrip(" ").upper() if isinstance(code, str) else code


def make_codes(settings: EbpSettings) -> list[Codes]:
    """Every column of codes that projections read or that other settings should explain."""
    verified = [
        _codes(model, "ActiveState", ACTIVE_STATES)
        for model in (EbpCustomer, EbpCustomerProduct, EbpColleague, EbpItem)
    ]
    return [
        *verified,
        _codes(EbpDeal, "DealState", DEAL_STATES),
        _codes(EbpScheduleEvent, "EventState", settings.event_states, "EVENT_STATES", "ScheduleEventNumber"),
        _field_work(settings),
        _codes(EbpActivity, "ActivityCategory", settings.activity_kinds, "ACTIVITY_KINDS", otherwise="other"),
        _codes(EbpItem, "ItemType", settings.item_kinds, "ITEM_KINDS", otherwise="other"),
        _codes(EbpIncident, "Status", settings.incident_states, "INCIDENT_STATES"),
        _codes(EbpConstructionSite, "Status", settings.construction_states, "CONSTRUCTION_STATES"),
        _codes(EbpMaintenanceContract, "Status", settings.contract_states, "CONTRACT_STATES"),
        _codes(EbpSaleDocument, "NumberPrefix", settings.sale_document_prefixes, _PREFIXES, "DocumentNumber"),
        _codes(EbpSaleDocument, "DocumentType", {}, _PREFIXES, "DocumentNumber"),
        _codes(
            EbpStockDocument, "DocumentType", settings.stock_document_kinds, "STOCK_DOCUMENT_KINDS", "DocumentNumber"
        ),
        _codes(EbpStockMovement, "MovementType", settings.movement_kinds, "MOVEMENT_KINDS"),
        *(
            _codes(EbpScheduleEventCustomerProduct, f"{part}CoverType", {}, "")
            for part in ("Parts", "Labour", "Travel")
        ),
    ]


def _codes(
    model: type[SQLModel],
    column: str,
    words: Mapping[Any, str],
    setting: str | None = None,
    example: str = "Id",
    otherwise: str = "unknown",
) -> Codes:
    name = f"TWINBASE_EBP_{setting}" if setting else setting
    return Codes(table_of(model).c[column], words, name, example, otherwise)


def _field_work(settings: EbpSettings) -> Codes:
    """The captions of entries of the agenda that are no visits."""
    words = dict.fromkeys(settings.not_field_work, "no visit")
    return _codes(EbpScheduleEventType, "Caption", words, "NOT_FIELD_WORK", otherwise="a visit")


_PREFIXES = "SALE_DOCUMENT_PREFIXES"
