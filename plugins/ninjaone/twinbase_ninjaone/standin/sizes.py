"""How much there is in the stand-in: by default, as much as one real installation had."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of things. The tickets' four kinds of numbers must add up: `tickets` is their sum."""

    organizations: int = 348
    organizations_with_tickets: int = 114
    devices: int = 290
    technicians: int = 16
    technicians_with_tickets: int = 11
    end_users: int = 40
    contacts: int = 180
    alerts: int = 23
    statuses: Mapping[str, int] = field(
        default_factory=lambda: {
            "NEW": 355,
            "OPEN": 38,
            "IN_PROGRESS": 21,
            "ON_HOLD": 19,
            "WAITING_PARTS": 10,
            "PLANNED": 8,
            "RESOLVED": 47,
            "CLOSED": 467,
        }
    )
    unassigned: int = 760
    priorities: Mapping[str, int] = field(default_factory=lambda: {"NONE": 634, "HIGH": 208, "MEDIUM": 120, "LOW": 3})
    tracked_seconds: int = 1_078_956

    @property
    def tickets(self) -> int:
        return sum(self.statuses.values())


SMALL = Sizes(
    organizations=12,
    organizations_with_tickets=5,
    devices=9,
    technicians=4,
    technicians_with_tickets=3,
    end_users=3,
    contacts=6,
    alerts=3,
    statuses={"NEW": 9, "IN_PROGRESS": 6, "RESOLVED": 3, "CLOSED": 12},
    unassigned=20,
    priorities={"NONE": 18, "HIGH": 8, "MEDIUM": 3, "LOW": 1},
    tracked_seconds=36_000,
)
"""Enough for most tests, and quick to fetch."""
