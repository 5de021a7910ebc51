"""What can be done with a visit: from its own screen, from the card of today, by a key or the palette."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Appliance, Visit
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import allowed_transitions
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation.acts.stamp import Stamp
from twinbase_presentation.acts.visits import pause_work, set_off, start_work
from twinbase_presentation.command import Command, Done, RunCommand
from twinbase_presentation.faults import say_reason
from twinbase_presentation.route import Route
from twinbase_presentation.workday import Workday


class StatusAct(Protocol):
    """What changes the status of a visit; answers why it cannot be."""

    async def __call__(self, session: ReplicaSession, id_: UUID, stamp: Stamp) -> Reason | None: ...


def make_status_commands(workday: Workday, visit: Visit, missing: int = 0) -> Iterator[Command]:
    """Those that the status allows, the main one first; what the rules refuse is no button at all."""
    say, may = workday.language.say, allowed_transitions(visit.status)
    why_not = say("This visit is being closed. Undo it first.") if workday.held.hides(visit.id) else ""
    options: dict[str, Any] = {"why_not": why_not}
    if visit.status in (VisitStatus.PLANNED, VisitStatus.CONFIRMED, VisitStatus.UNKNOWN):
        yield _status(
            workday, visit, "travel", say("On my way"), "directions_car", "w", set_off, is_main=True, **options
        )
    if VisitStatus.IN_PROGRESS in may:
        is_paused = visit.status == VisitStatus.PAUSED
        label = say("Go on") if is_paused else say("Start")
        is_main = visit.status in (VisitStatus.TRAVELLING, VisitStatus.PAUSED)
        yield _status(workday, visit, "start", label, "play_arrow", "s", start_work, is_main=is_main, **options)
    if VisitStatus.PAUSED in may:
        yield _status(workday, visit, "pause", say("Pause"), "pause", "s", pause_work, **options)
    if VisitStatus.DONE in may:
        place = "missing" if missing else "finish"
        yield Command(
            "finish", say("Finish"), "check_circle", _go(Route("visit", visit.id, place)), "f", badge=missing,
            is_main=visit.status == VisitStatus.IN_PROGRESS, **options,
        )  # fmt: skip
    if VisitStatus.CANCELLED in may:
        run = _go(Route("visit", visit.id, "cancel"))
        yield Command("cancel", say("Cancel the visit"), "block", run, is_destructive=True, **options)


def make_contact_commands(workday: Workday, visit: Visit, *, keys: bool = True) -> Iterator[Command]:
    """The way there, a call, a message: what the system opens for an app. `keys`: whether they have some here."""
    say, place = workday.language.say, visit.place
    route_key, call_key = ("r", "c") if keys else ("", "")
    if way := make_way(place.address, place.zip_code, place.city, place.lat, place.lon):
        yield Command("route", say("Route"), "directions", open_address(way), route_key)
    if number := make_dialled(visit.phone):
        yield Command("call", say("Call"), "call", open_address(f"tel:{number}"), call_key)
        yield Command("message", say("Message"), "sms", open_address(f"sms:{number}"))


def make_place_commands(workday: Workday, id_: UUID, *, is_open: bool) -> Iterator[Command]:
    """The parts of a visit that have a screen of their own."""
    say = workday.language.say
    places = (
        ("report", say("Report"), "description", "r"),
        ("checklist", say("Checklist"), "checklist", "c"),
        ("parts", say("Add a part"), "package_2", "p"),
        ("photos", say("Photo"), "photo_camera", "ctrl+p"),
        ("notes", say("Note"), "sticky_note_2", "n"),
        ("signature", say("Have it signed"), "ink_pen", "g"),
        ("hours", say("Hours"), "schedule", "h"),
    )
    for place, label, icon, key in places if is_open else ():
        route = Route("hours") if place == "hours" else Route("visit", id_, place)
        yield Command(place, label, icon, _go(route), key)
    if is_open:
        yield Command("incident", say("Report an incident"), "flag", _go(Route("request", id_, "visit")))


def make_appliance_commands(workday: Workday, visit: UUID, appliances: Sequence[Appliance]) -> Iterator[Command]:
    """What leads to each appliance of a visit, and to one that nobody has noted yet; the first has a key."""
    known = [one for one in appliances if one.equipment_id is not None]
    for number, one in enumerate(known):
        label = one.caption or workday.language.say("Equipment")
        go = _go(Route("equipment", one.equipment_id))
        yield Command(f"equipment_{number}", label, "appliance", go, "" if number else "e")
    new = Route("visit", visit, "new_equipment")
    yield Command("new_equipment", workday.language.say("New equipment"), "add", _go(new))


def make_stamp(workday: Workday) -> Stamp:
    """In my name, now."""
    return Stamp(workday.me, workday.read_now(), workday.zone)


def _status(
    workday: Workday, visit: Visit, id_: str, label: str, icon: str, key: str, act: StatusAct, **options: Any
) -> Command:
    async def run() -> Done:
        stamp = make_stamp(workday)
        fault = await workday.runner.write(lambda session: act(session, visit.id, stamp))
        return Done(fault=say_reason(workday.language, fault)) if fault else Done()

    return Command(id_, label, icon, run, key, **options)


def _go(route: Route) -> Callable[[], Any]:
    async def run() -> Done:
        return Done(go=route)

    return run


def make_way(address: Sequence[str], zip_code: str, city: str, lat: Decimal | None, lon: Decimal | None) -> str:
    """The address that a system's map opens: a position where it is known, else a town; "" where neither is."""
    where = ", ".join((*address, f"{zip_code} {city}".strip()))
    if lat is not None and lon is not None:
        return f"geo:{lat},{lon}?q={quote(where)}"
    return f"geo:0,0?q={quote(where)}" if city else ""


def open_address(address: str) -> RunCommand:
    """An act that has the system open something."""

    async def run() -> Done:
        return Done(opens=address)

    return run


def make_dialled(number: str) -> str:
    """Digits, and a plus before them."""
    digits = "".join(each for each in number if each.isdigit())
    return f"+{digits}" if number.strip().startswith("+") and digits else digits
