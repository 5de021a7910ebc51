"""What the stand-in knows, as the API's own objects, and what people do in it while nobody calls.

Every verb takes the moment at which it happens. Optional fields that are empty are absent.
"""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from twinbase_ninjaone.tables.base import Json

OPEN_ONLY = {"field": "status", "operator": "not_in", "value": "6000"}


def seconds_of(moment: datetime) -> float:
    """A moment in the API's words."""
    return moment.timestamp()


@dataclass
class StandinWorld:
    """Tables by key. `last_updated` and `gone` are the server's own knowledge, on no object of the API.

    `deleted_answers_404`: whether a deleted ticket is no more, or is answered with `deleted`; it is not documented.
    `hidden_columns`: what somebody has taken off the boards. `sorts_boards`: whether they come in the order asked for.
    """

    organizations: dict[int, Json] = field(default_factory=dict)
    locations: dict[int, Json] = field(default_factory=dict)
    devices: dict[int, Json] = field(default_factory=dict)
    users: dict[int, Json] = field(default_factory=dict)
    boards: dict[int, Json] = field(default_factory=dict)
    statuses: dict[int, Json] = field(default_factory=dict)
    forms: dict[int, Json] = field(default_factory=dict)
    attributes: dict[int, Json] = field(default_factory=dict)
    contacts: dict[str, Json] = field(default_factory=dict)
    alerts: dict[str, Json] = field(default_factory=dict)
    tickets: dict[int, Json] = field(default_factory=dict)
    logs: dict[int, list[Json]] = field(default_factory=dict)
    activities: list[Json] = field(default_factory=list)
    last_updated: dict[int, float] = field(default_factory=dict)
    webhook: Json | None = None
    deleted_answers_404: bool = False
    log_oldest_first: bool = False
    sorts_boards: bool = True
    hidden_columns: frozenset[str] = frozenset()
    _log_ids: Any = field(default_factory=lambda: count(50_001))
    _activity_ids: Any = field(default_factory=lambda: count(900_001))

    # What people do

    def open_ticket(self, fields: Mapping[str, Any], at: datetime, *, source: str = "TECHNICIAN") -> Json:
        """A new ticket, with its description as the first entry of its log."""
        ticket_id = max(self.tickets, default=1000) + 1
        status = self.find_status(str(fields.get("status", "1000")))
        kept = {name: value for name, value in fields.items() if name not in {"status", "description", "cc"}}
        self.tickets[ticket_id] = {
            "id": ticket_id, "version": 1, "type": "INCIDENT", "priority": "NONE", "severity": "NONE", "tags": [],
            **kept, "status": status, "source": source, "createTime": seconds_of(at), "deleted": False,
            "attributeValues": [],
        }  # fmt: skip
        self.logs[ticket_id] = []
        self.last_updated[ticket_id] = seconds_of(at)
        description = fields.get("description") or {"public": True, "body": kept.get("subject", "")}
        self.add_log_entry(
            ticket_id, "DESCRIPTION", at, body=description.get("body"), publicEntry=description["public"]
        )
        self._tell("NINJA_TICKETING_TICKET_CREATED", ticket_id, at)
        return self.tickets[ticket_id]

    def change_ticket(self, ticket_id: int, at: datetime, **fields: object) -> Json:
        """The ticket with other values (None: taken away), one version later, and what changed in its log."""
        ticket = self.tickets[ticket_id]
        if "status" in fields:
            fields["status"] = self.find_status(str(fields["status"]))
        before = {name: ticket.get(name) for name in fields}
        ticket.update(fields, version=ticket["version"] + 1)
        self.tickets[ticket_id] = {name: value for name, value in ticket.items() if value is not None}
        difference = {name: {"old": old, "new": fields[name]} for name, old in before.items() if old != fields[name]}
        self.add_log_entry(ticket_id, "SAVE", at, changeDiff=difference, system=True, publicEntry=False)
        return self.tickets[ticket_id]

    def add_comment(self, ticket_id: int, at: datetime, body: str, *, public: bool = True, **fields: object) -> Json:
        """A comment; the ticket counts as updated."""
        return self.add_log_entry(ticket_id, "COMMENT", at, body=body, publicEntry=public, **fields)

    def delete_ticket(self, ticket_id: int, at: datetime) -> None:
        self.tickets[ticket_id]["deleted"] = True
        self._tell("NINJA_TICKETING_TICKET_DELETED", ticket_id, at)

    def reinstate_ticket(self, ticket_id: int, at: datetime) -> None:
        self.tickets[ticket_id]["deleted"] = False
        self.last_updated[ticket_id] = seconds_of(at)
        self._tell("NINJA_TICKETING_TICKET_REINSTATED", ticket_id, at)

    def add_log_entry(self, ticket_id: int, kind: str, at: datetime, **fields: object) -> Json:
        entry = {"id": next(self._log_ids), "type": kind, "system": False, "createTime": seconds_of(at), **fields}
        self.logs[ticket_id].append({name: value for name, value in entry.items() if value is not None})
        self.last_updated[ticket_id] = max(self.last_updated.get(ticket_id, 0.0), seconds_of(at))
        return self.logs[ticket_id][-1]

    def add_activity(self, kind: str, status: str, at: datetime, **fields: object) -> None:
        """An activity of the whole installation."""
        activity = {"id": next(self._activity_ids), "activityTime": seconds_of(at), "activityType": kind, **fields}
        self.activities.append({**activity, "statusCode": status, "activityResult": "SUCCESS"})

    def _tell(self, status: str, ticket_id: int, at: datetime) -> None:
        self.add_activity("NINJA_TICKETING", status, at, type="Ticketing", subject=f"#{ticket_id}", message="")

    # What the API shows

    def find_status(self, wanted: str) -> Json:
        """A status by its id or its name; KeyError when there is none."""
        for status in self.statuses.values():
            if wanted in (str(status["statusId"]), status["name"]):
                return dict(status)
        raise KeyError(wanted)

    def board_rows(self, board_id: int) -> list[Json]:
        """The tickets of a board as its rows."""
        open_only = OPEN_ONLY in self.boards[board_id]["conditions"]["all"]
        return [
            self._board_row(ticket)
            for ticket in self.tickets.values()
            if not ticket["deleted"] and not (open_only and ticket["status"]["parentId"] == 6000)
        ]

    def _board_row(self, ticket: Json) -> Json:
        """Of the free columns, those that were seen; names in place of ids, as people read a board."""
        client = self.organizations.get(ticket["clientId"], {})
        row = {
            "id": ticket["id"],
            "summary": ticket["subject"],
            "organization": client.get("name", ""),
            "status": ticket["status"],
            "priority": ticket["priority"],
            "createTime": ticket["createTime"],
            "lastUpdated": self.last_updated[ticket["id"]],
            "totalTimeTracked": self.tracked_seconds(ticket["id"]),
        }
        if user := self.users.get(ticket.get("assignedAppUserId", 0)):
            row["assignedAppUser"] = f"{user['firstName']} {user['lastName']}"
        return row

    def tracked_seconds(self, ticket_id: int) -> int:
        return sum(entry.get("timeTracked", 0) for entry in self.logs[ticket_id])


def make_uid(rng: random.Random) -> str:
    """A UUID out of the stand-in's own chance."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
