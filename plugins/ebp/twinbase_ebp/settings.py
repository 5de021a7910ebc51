"""What differs from one EBP to the next. What is assumed is a setting; what EBP documents is a constant."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from twinbase_ebp.schema.spec import TableKind


def _names(given: Any) -> Any:
    """`A,B` as well as `["A", "B"]`."""
    if not isinstance(given, str):
        return given
    if given.lstrip().startswith("["):
        return json.loads(given)
    return tuple(name for part in given.split(",") if (name := part.strip()))


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
"""A list of names: `A,B`, or JSON."""


class EbpSettings(BaseSettings):
    """Read from `TWINBASE_EBP_…`; maps are JSON. A code that is not in its map becomes `unknown` (or `other`)."""

    model_config = SettingsConfigDict(env_prefix="TWINBASE_EBP_", frozen=True)

    # What codes mean here. None of it is documented or was seen to be so: assumed, hence yours to set.
    time_zone: str = "Europe/Paris"
    week_begins: Literal["monday", "sunday"] = "monday"
    """The day that DaySchedule0 stands for."""
    teams_by_parent: bool = True
    """Whether an agenda entry below another one (ParentEventId) means a helper on that visit."""
    not_field_work: tuple[str, ...] = ("Réunion", "Absence - Congés", "Formation")
    event_states: Mapping[int, str] = {0: "planned", 1: "in_progress", 2: "done", 3: "cancelled", 4: "planned"}
    activity_kinds: Mapping[int, str] = {0: "note", 1: "visit", 2: "call", 3: "email", 4: "visit", 5: "note"}
    item_kinds: Mapping[int, str] = {0: "goods", 1: "service"}
    incident_states: Mapping[int, str] = {}
    construction_states: Mapping[int, str] = {}
    contract_states: Mapping[int, str] = {}
    movement_kinds: Mapping[int, str] = {}
    stock_document_kinds: Mapping[int, str] = {}
    sale_document_prefixes: Mapping[str, str] = {
        "DE": "quote", "CM": "order", "BL": "delivery", "BR": "return", "FA": "invoice", "AV": "credit_note",
        "AC": "deposit",
    }  # fmt: skip

    source_url: SecretStr = SecretStr("")
    """The database of EBP: `mssql+pymssql://user:password@host/database`. It is read, never written."""

    # Which tables and columns are read, and how.
    deny: Names = ()
    """Columns that are not read, besides those that never are: `Table.Column`, `*` allowed in both."""
    system_tables: Names = ("EbpSysDeletedRecord",)
    """Of the tables EbpSys…, those that are copied. EbpSysOptions is not: its texts may hold passwords."""
    kinds: Mapping[str, TableKind] = {}
    """How changes of a table are found, where the rules choose wrongly."""
    mirror: Names = ()
    """Tables that devices get as they are, read only; needs `specs`."""
    specs: str = ""
    """The file of table specs that `twinbase ebp reflect --out` has written; the same on the server and on devices."""

    # How rows are brought from EBP.
    load_every_minutes: int = Field(5, ge=1)
    """How often a worker looks for what has changed."""
    load_connections: int = Field(2, ge=1, le=16)
    """Tables that are read at the same time, each over a connection to EBP and one to PostgreSQL."""
    page_rows_max: int = Field(5_000, ge=1)
    """Rows of one page; of wide tables fewer are taken."""
    overlap_seconds: int = Field(300, ge=0)
    """How far each run looks back before the latest change it has seen: longer than EBP's longest transaction."""
    check_minutes: int = Field(60, ge=0)
    """How often all keys are compared, to find what was deleted and what came late; 0: in every run."""
    compare_days: int = Field(7, ge=0)
    """How often all rows are read and compared, to find changes that EBP did not date; 0: never."""
    delete_percent_max: float = Field(20.0, ge=0, le=100)
    """A table that would lose more of its rows at once keeps them, until a person confirms it."""
    kind_votes_min: int = Field(3, ge=1)
    """How often a kind in EbpSysDeletedRecord must have proven to mean a table before it is believed."""

    # What devices have changed, on its way back to EBP.
    export: Literal["none", "csv", "rest"] = "none"
    """How it is handed over: not at all, as files for EBP's own import, or through EBP's online interface."""
    export_states: Mapping[str, int] = {}
    """Which code a status of a visit is in EBP, where several mean it; otherwise the lowest in `event_states`."""
    export_made_on_site: Literal["schedule_event", "incident"] = "schedule_event"
    """What a visit that a technician has made on site becomes: an entry of the agenda, or an incident to be planned."""
    export_positions: bool = False
    """Whether positions of sites that technicians have corrected are handed over too."""
    export_folder: str = ""
    """Where files are put; what was handed over is kept in its folder `archive`."""
    export_encoding: Literal["utf-8-sig", "cp1252"] = "utf-8-sig"
    export_decimal: Literal[",", "."] = ","
    export_dates: str = "%d/%m/%Y %H:%M:%S"
    export_headers: Mapping[str, str] = {}
    """What a column is called in files: `Entity.Column` to its title; otherwise as in EBP's tables."""
    rest_url: str = "https://api-developpeurs.ebp.com/gestion/api/v1"
    rest_import_url: str = "https://api-developpeurs.ebp.com/import/api/v1"
    rest_token_url: str = "https://api-login.ebp.com/connect/token"
    rest_client_id: str = ""
    rest_client_secret: SecretStr = SecretStr("")
    rest_subscription_key: SecretStr = SecretStr("")
    rest_refresh_token: SecretStr = SecretStr("")
    """The first one, from signing in once; each may be used once, and the server keeps its successors."""
    rest_categories: Mapping[str, str] = {}
    """Which category of EBP's import takes an entity: `{"Activity": "…"}`. What is not in it is held."""

    def event_state_of(self, status: str) -> int | None:
        """EBP's code for a status of a visit; None when no code means it."""
        codes = (code for code, word in self.event_states.items() if word == status)
        return self.export_states.get(status, min(codes, default=None))

    def code_of(self, map: str, word: str) -> int | None:
        """EBP's code for a word of one of the maps above; None when no code means it."""
        codes: Mapping[int, str] = getattr(self, map)
        return min((code for code, known in codes.items() if known == word), default=None)


ACTIVE_STATES: Mapping[int, str] = {0: "active", 1: "sleeping", 2: "blocked", 3: "partially_blocked", 4: "non_payment"}
"""Customer.ActiveState and six others. Verified: EBP's own documentation, and two installations."""

DEAL_STATES: Mapping[int, str] = {
    0: "in_study",
    1: "accepted",
    2: "in_progress",
    3: "received",
    4: "finished",
    5: "cancelled",
    9: "other",
}
"""Deal.DealState. Verified: EBP's own documentation."""
