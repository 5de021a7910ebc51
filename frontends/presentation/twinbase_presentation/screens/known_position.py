"""Where somebody is, as far as his visits say: no laptop has a GPS, and many a phone is in a cellar."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import find_jobs, open_jobs
from twinbase_presentation.languages import Language
from twinbase_presentation.workday import Workday

VISITS_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """Where somebody is, as far as this device can tell: at the site of a visit."""

    lat: Decimal
    lon: Decimal
    customer: str
    is_now: bool


async def find_position(session: ReplicaSession, workday: Workday, now: datetime) -> KnownPosition | None:
    """The site of the visit under way, else of the last one that has a position: a laptop has no GPS."""
    me, zone = workday.me, workday.zone
    under_way = (await open_jobs(session, me, now=now, zone=zone)).under_way
    before = await find_jobs(session, me, until=now, order="newest", limit=VISITS_LOOKED_AT, now=now, zone=zone)
    for is_now, visits in ((True, under_way), (False, before.visits)):
        for visit in visits:
            if visit.place.lat is not None and visit.place.lon is not None:
                return KnownPosition(visit.place.lat, visit.place.lon, visit.customer, is_now)
    return None


def say_measured(here: KnownPosition, language: Language) -> str:
    """From where distances are measured, and how."""
    if here.is_now:
        return language.say("As the crow flies from {customer}, where you are working.", customer=here.customer)
    return language.say("As the crow flies from {customer}, your last visit with a position.", customer=here.customer)
