"""What differs from one EBP to the next: what codes mean. None of it is verified, so all of it is configuration."""

from collections.abc import Mapping

from pydantic_settings import BaseSettings, SettingsConfigDict


class EbpSettings(BaseSettings):
    """Read from `TWINBASE_EBP_…`; maps are JSON. A code that is not in its map becomes `unknown` (or `other`)."""

    model_config = SettingsConfigDict(env_prefix="TWINBASE_EBP_", frozen=True)

    time_zone: str = "Europe/Paris"
    not_field_work: tuple[str, ...] = ("Réunion", "Absence - Congés", "Formation")
    event_states: Mapping[int, str] = {0: "planned", 1: "in_progress", 2: "done", 3: "cancelled", 4: "planned"}
    activity_kinds: Mapping[int, str] = {0: "note", 1: "visit", 2: "call", 3: "email", 4: "visit", 5: "note"}
    item_kinds: Mapping[int, str] = {0: "goods", 1: "service"}


ACTIVE_STATES: Mapping[int, str] = {
    0: "active",
    1: "sleeping",
    2: "blocked",
    3: "partially_blocked",
    4: "non_payment",
}
"""Customer.ActiveState and six others: EBP's own documentation."""

DEAL_STATES: Mapping[int, str] = {
    0: "in_study",
    1: "accepted",
    2: "in_progress",
    3: "received",
    4: "finished",
    5: "cancelled",
    9: "other",
}
"""Deal.DealState: EBP's own documentation."""
