"""The customers on this device: found by words, near where somebody is, or under contract."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import CustomerLine, FoundCustomers, find_customers, nearby_sites
from twinbase_mobile.tables import Customer, CustomerSite, Intervention, MaintenanceContract
from twinbase_mobile.tables.kinds import ActiveState
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screens.jobs import JobsChip
from twinbase_presentation.screens.known_position import find_position, say_measured
from twinbase_presentation.screens.searched_list import SearchedListModel
from twinbase_presentation.screens.visit_rows import RowChip
from twinbase_presentation.status_line import Tone
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

NARROWED_MAX = 2_000
"""Of so many customers those that are near, or have a contract, are picked; no technician has as many on a device."""
WITHIN_M = 20_000
STATE_TONES: Mapping[ActiveState, Tone] = {
    ActiveState.BLOCKED: "red",
    ActiveState.NON_PAYMENT: "red",
    ActiveState.PARTIALLY_BLOCKED: "amber",
    ActiveState.SLEEPING: "grey",
}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in a list. `place`: of the site that is meant; `distance`: "" where nobody asks how far it is."""

    id: UUID
    name: str
    place: str
    chips: tuple[RowChip, ...]
    distance: str = ""


@dataclass(frozen=True, slots=True)
class CustomersShown:
    """`measured`: from where distances are, in words. `nothing`: why no row is there. `limit`: who is here at all."""

    chips: tuple[JobsChip, ...]
    rows: tuple[CustomerRow, ...]
    total: int
    has_more: bool
    measured: str
    nothing: str
    limit: str


class CustomersModel(SearchedListModel[CustomersShown]):
    """The list of customers. `search` at each key, `choose` a chip: all, near, contract; `load_more` before the end."""

    watched = (Customer, CustomerSite, MaintenanceContract, Intervention)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("customers"), "all")

    @property
    def title(self) -> str:
        return self.workday.language.say("Customers")

    async def read(self, session: ReplicaSession, now: datetime) -> CustomersShown:
        limit = self.rows_asked if self.chip == "all" else NARROWED_MAX
        found = await find_customers(session, self.text, limit=limit, now=now, zone=self.workday.zone)
        if self.chip == "near":
            return await self._show_near(session, found, now)
        lines = found.customers if self.chip == "all" else [one for one in found.customers if one.has_contract]
        rows = tuple(make_customer_row(one, self.workday.language) for one in lines[: self.rows_asked])
        total = found.total if self.chip == "all" else len(lines)
        nothing = "" if rows else self.workday.language.say("No customer of this device matches.")
        return self._make_shown(rows, total, found, nothing=nothing)

    async def _show_near(self, session: ReplicaSession, found: FoundCustomers, now: datetime) -> CustomersShown:
        language = self.workday.language
        here = await find_position(session, self.workday, now)
        if here is None:
            nothing = language.say("It is not known where you are: none of your last visits has a position.")
            return self._make_shown((), 0, found, nothing=nothing)
        lines = {one.id: one for one in found.customers}
        near = await nearby_sites(session, float(here.lat), float(here.lon), within_m=WITHIN_M)
        rows = tuple(
            make_customer_row(
                lines[one.customer_id],
                language,
                place=f"{one.zip_code} {one.city}".strip() or one.label,
                distance=language.format_distance(one.metres),
            )
            for one in near
            if one.customer_id in lines
        )
        nothing = "" if rows else language.count(
            "No customer within 20 km among the {n} on this device.",
            "No customer within 20 km among the {n} on this device.",
            found.on_device,
        )  # fmt: skip
        return self._make_shown(rows, len(rows), found, nothing=nothing, measured=say_measured(here, language))

    def _make_shown(
        self, rows: tuple[CustomerRow, ...], total: int, found: FoundCustomers, *, nothing: str = "", measured: str = ""
    ) -> CustomersShown:
        say = self.workday.language.say
        return CustomersShown(
            chips=tuple(self._chips(found.on_device)),
            rows=rows,
            total=total,
            has_more=total > len(rows),
            measured=measured,
            nothing=nothing if found.on_device else say("No customer is on this device yet. They come with a sync."),
            limit=say("Only yours and the nearest are here.") if found.on_device else "",
        )

    def _chips(self, on_device: int) -> Iterator[JobsChip]:
        say = self.workday.language.say
        yield JobsChip("all", say("All"), self.chip == "all", on_device)
        yield JobsChip("near", say("Nearby"), self.chip == "near")
        yield JobsChip("contract", say("With a contract"), self.chip == "contract")


def make_customer_row(
    line: CustomerLine, language: Language, *, place: str | None = None, distance: str = ""
) -> CustomerRow:
    """A customer as a row: what is unusual about him as chips, in words."""
    where = f"{line.zip_code} {line.city}".strip() if place is None else place
    return CustomerRow(
        line.id,
        line.name or line.code,
        where,
        tuple(make_state_chips(line.state, language, has_contract=line.has_contract)),
        distance,
    )


def make_state_chips(state: ActiveState, language: Language, *, has_contract: bool) -> Iterable[RowChip]:
    """That he does not pay is to be seen before that he has a contract."""
    if state in STATE_TONES:
        yield RowChip(say_word(language, state), "block", STATE_TONES[state])
    if has_contract:
        yield RowChip(language.say("Contract"), "contract", "primary")
