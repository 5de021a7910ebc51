"""What is there, and what is held of it: the same for both sides, so that they can be compared."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.plugins.ninjaone.conftest import Office

from twinbase_ninjaone.standin import StandinWorld

Content = dict[str, dict[Any, tuple[Any, ...]]]
HELD = {
    "organizations": "SELECT id, name FROM ninjaone.organizations WHERE deleted_at IS NULL",
    "locations": "SELECT id, organization_id, address FROM ninjaone.locations WHERE deleted_at IS NULL",
    "devices": "SELECT id, uid::text, system_name, last_contact FROM ninjaone.devices WHERE deleted_at IS NULL",
    "users": "SELECT id, email, user_type, roles FROM ninjaone.users WHERE deleted_at IS NULL",
    "contacts": "SELECT uid::text, client_id, email FROM ninjaone.contacts WHERE deleted_at IS NULL",
    "alerts": "SELECT uid::text, device_id, message FROM ninjaone.alerts WHERE deleted_at IS NULL",
    "boards": "SELECT id, name FROM ninjaone.boards WHERE deleted_at IS NULL",
    "statuses": "SELECT id, name, parent_id FROM ninjaone.statuses WHERE deleted_at IS NULL",
    "forms": "SELECT id, name FROM ninjaone.forms WHERE deleted_at IS NULL",
    "attributes": "SELECT id, name FROM ninjaone.attributes WHERE deleted_at IS NULL",
    "tickets": """SELECT id, version, client_id, subject, status_id, priority, assigned_app_user_id, last_updated,
        total_time_tracked FROM ninjaone.tickets WHERE deleted_at IS NULL""",
    "log": """SELECT e.id, e.ticket_id, e.type, e.body FROM ninjaone.ticket_log_entries e
        JOIN ninjaone.tickets t ON t.id = e.ticket_id WHERE t.deleted_at IS NULL AND e.deleted_at IS NULL""",
}


async def held(office: Office) -> Content:
    """What the database holds and is not deleted."""
    content: Content = {}
    for name, query in HELD.items():
        rows = await office.rows(query)
        content[name] = {row[0]: row[1:] for row in rows}
        assert len(content[name]) == len(rows)
    return content


def there(world: StandinWorld) -> Content:
    """What NinjaOne has, in the same words."""
    live = {number: ticket for number, ticket in world.tickets.items() if not ticket["deleted"]}
    return {
        "organizations": _of(world.organizations, "name"),
        "locations": _of(world.locations, "organizationId", "address"),
        "devices": {
            number: (row["uid"], row["systemName"], instant(row["lastContact"]))
            for number, row in world.devices.items()
        },
        "users": _of(world.users, "email", "userType", "roles"),
        "contacts": _of(world.contacts, "clientId", "email"),
        "alerts": _of(world.alerts, "deviceId", "message"),
        "boards": _of(world.boards, "name"),
        "statuses": _of(world.statuses, "name", "parentId"),
        "forms": _of(world.forms, "name"),
        "attributes": _of(world.attributes, "name"),
        "tickets": {number: _ticket(world, ticket) for number, ticket in live.items()},
        "log": {
            entry["id"]: (number, entry["type"], entry.get("body")) for number in live for entry in world.logs[number]
        },
    }


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _ticket(world: StandinWorld, ticket: Mapping[str, Any]) -> tuple[Any, ...]:
    number = ticket["id"]
    return (
        ticket["version"],
        ticket["clientId"],
        ticket["subject"],
        ticket["status"]["statusId"],
        ticket["priority"],
        ticket.get("assignedAppUserId"),
        instant(world.last_updated[number]),
        world.tracked_seconds(number),
    )


def _of(rows: Mapping[Any, Mapping[str, Any]], *fields: str) -> dict[Any, tuple[Any, ...]]:
    return {key: tuple(row.get(field) for field in fields) for key, row in rows.items()}
