"""In whose name something is written, and when."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from twinbase_mobile.reading.moments import Zone, local_day


@dataclass(frozen=True, slots=True)
class Stamp:
    """The colleague, the moment, and the zone that says which day it is."""

    me: UUID
    now: datetime
    zone: Zone

    @property
    def day(self) -> date:
        return local_day(self.now, self.zone)
