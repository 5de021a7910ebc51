"""Fills the stand-in: the same from the same chance, in the volumes of one real installation."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from twinbase_ninjaone.standin import words
from twinbase_ninjaone.standin.sizes import Sizes
from twinbase_ninjaone.standin.world import OPEN_ONLY, StandinWorld, make_uid, seconds_of
from twinbase_ninjaone.tables.base import Json

STATUSES = (
    ("NEW", "Nouveau", 1000, 1000), ("OPEN", "Ouvert", 2000, 2000), ("IN_PROGRESS", "En cours", 2001, 2000),
    ("PLANNED", "Planifié", 2002, 2000), ("ON_HOLD", "En attente", 3000, 3000),
    ("WAITING_PARTS", "Attente pièces", 3001, 3000), ("RESOLVED", "Résolu", 5000, 5000),
    ("CLOSED", "Fermé", 6000, 6000),
)  # fmt: skip
"""Name, what people read, id, parent's id. The local ones (2001, 2002, 3001) differ in every installation."""
CLASSES = ("WINDOWS_WORKSTATION", "WINDOWS_WORKSTATION", "WINDOWS_SERVER", "MAC", "NMS_SWITCH", "NMS_PRINTER")
YEARS = timedelta(days=3 * 365)
MISSPELT_ONE_IN = 8


def make_world(
    rng: random.Random, now: datetime, organization_names: Sequence[str] = (), sizes: Sizes | None = None
) -> StandinWorld:
    """A world as of `now`. Organisations bear the given names first, one in eight of them misspelt."""
    sizes = sizes or Sizes()
    world = StandinWorld()
    _locations(world, rng, sizes, organization_names)
    _people(world, rng, sizes)
    _desk(world, rng, now)
    _tickets(world, rng, sizes, now)
    _alerts(world, rng, sizes, now)
    return world


def _locations(world: StandinWorld, rng: random.Random, sizes: Sizes, names: Sequence[str]) -> None:
    for number in range(1, sizes.organizations + 1):
        given = names[number - 1] if number <= len(names) else words.make_firm(rng)
        name = words.misspell(rng, given) if rng.randrange(MISSPELT_ONE_IN) == 0 else given
        world.organizations[number] = {"id": number, "name": name, "nodeApprovalMode": "AUTOMATIC"}
        town = rng.choice(words.TOWNS)
        address = f"{rng.randrange(1, 200)} {rng.choice(words.STREETS)}, {town}"
        site = 10_000 + number
        world.locations[site] = {"id": site, "organizationId": number, "name": town, "address": address}
    for number in range(20_001, 20_001 + sizes.devices):
        world.devices[number] = _device(world, rng, number)


def _device(world: StandinWorld, rng: random.Random, number: int) -> Json:
    location = rng.choice(list(world.locations.values()))
    kind = rng.choice(CLASSES)
    name = f"{kind.split('_')[-1][:4]}-{number}"
    return {
        "id": number,
        "uid": make_uid(rng),
        "organizationId": location["organizationId"],
        "locationId": location["id"],
        "nodeClass": kind,
        "nodeRoleId": 100 + CLASSES.index(kind),
        "approvalStatus": "APPROVED",
        "offline": rng.random() < 0.2,
        "systemName": name,
        "dnsName": f"{name.lower()}.local",
        "tags": [],
        "created": 1_600_000_000.0 + number,
        "lastContact": 1_790_000_000.5 + number,
    }


def _people(world: StandinWorld, rng: random.Random, sizes: Sizes) -> None:
    for number in range(1, sizes.technicians + sizes.end_users + 1):
        technician = number <= sizes.technicians
        first, last = words.FIRST_NAMES[(number - 1) % len(words.FIRST_NAMES)], rng.choice(words.OWNERS)
        person = {
            "id": number,
            "uid": make_uid(rng),
            "firstName": first,
            "lastName": last,
            "enabled": True,
            "email": f"user{number}@example.com",
            "userType": "TECHNICIAN" if technician else "END_USER",
            "administrator": number == 1,
            "permitAllClients": technician,
            "mustChangePw": False,
            "mfaConfigured": technician,
            "invitationStatus": "REGISTERED",
            "roles": ["Technicien"] if technician else [],
        }
        world.users[number] = person if technician else {**person, "organizationId": rng.choice([*world.organizations])}
    for number in range(1, sizes.contacts + 1):
        client = rng.choice(list(world.organizations.values()))
        contact = {
            "id": 5000 + number,
            "uid": make_uid(rng),
            "clientId": client["id"],
            "clientName": client["name"],
            "firstName": rng.choice(words.FIRST_NAMES),
            "lastName": rng.choice(words.OWNERS),
            "email": f"contact{number}@example.net",
        }
        world.contacts[contact["uid"]] = contact


def _desk(world: StandinWorld, rng: random.Random, now: datetime) -> None:
    """Boards, statuses, forms and attributes."""
    created = seconds_of(now - YEARS)
    for name, display, number, parent in STATUSES:
        status = {"name": name, "displayName": display, "statusId": number, "parentId": parent}
        world.statuses[number] = status
    for number, name, conditions in ((2, "Tous les tickets", []), (1001, "Tickets ouverts", [OPEN_ONLY])):
        world.boards[number] = {
            "id": number,
            "uid": make_uid(rng),
            "name": name,
            "conditions": {"any": [], "all": conditions},
            "createTime": created,
            "updateTime": created,
            "system": number == 2,
            "ticketCount": 0,
            "columns": ["id", "summary", "status", "lastUpdated"],
        }
    for number, name, kind in ((1, "Site", "TEXT"), (2, "Sous contrat", "CHECKBOX"), (3, "Catégorie", "DROPDOWN")):
        world.attributes[number] = {
            "id": number, "attributeType": kind, "name": name, "endUserOption": "OPTIONAL", "system": False,
            "technicianOption": "EDITABLE", "content": {"values": [], "required": False}, "active": True,
            "createTime": created, "updateTime": created,
        }  # fmt: skip
    for number, name in ((1, "Demande"), (2, "Incident")):
        world.forms[number] = {
            "id": number,
            "name": name,
            "content": {"fields": [1, 2, 3]},
            "active": True,
            "default": number == 1,
            "createTime": created,
            "updateTime": created,
            "fields": list(world.attributes.values()),
        }


def _tickets(world: StandinWorld, rng: random.Random, sizes: Sizes, now: datetime) -> None:
    clients = rng.sample(list(world.organizations), sizes.organizations_with_tickets)
    technicians = list(world.users)[: sizes.technicians_with_tickets]
    statuses = _shuffled(rng, sizes.statuses)
    priorities = _shuffled(rng, sizes.priorities)
    assigned = [*[False] * sizes.unassigned, *[True] * (sizes.tickets - sizes.unassigned)]
    rng.shuffle(assigned)
    moments = sorted(now - YEARS * rng.random() for _ in range(sizes.tickets))
    for number, at in enumerate(moments):
        # The first ones make sure that every client and technician has a ticket.
        client = clients[number] if number < len(clients) else rng.choice(clients)
        fields = {
            "clientId": client,
            "ticketFormId": rng.choice([*world.forms]),
            "subject": rng.choice(words.SUBJECTS),
            "status": statuses[number],
            "priority": priorities[number],
            "requesterUid": rng.choice([*world.contacts]),
            "locationId": 10_000 + client,
            "nodeId": _node(world, rng, client),
        }
        if assigned[number]:
            fields["assignedAppUserId"] = technicians[sum(assigned[:number]) % len(technicians)]
        ticket = world.open_ticket({name: value for name, value in fields.items() if value is not None}, at)
        if rng.random() < 0.3:
            ticket["attributeValues"] = [{"id": 70_000 + number, "attributeId": 1, "value": rng.choice(words.TOWNS)}]
        _talk(world, rng, ticket["id"], at, now)
    _track(world, rng, sizes.tracked_seconds)
    for board in world.boards.values():
        board["ticketCount"] = len(world.board_rows(board["id"]))


def _talk(world: StandinWorld, rng: random.Random, ticket_id: int, opened: datetime, now: datetime) -> None:
    """What was said about a ticket, until some weeks after it was opened."""
    until = min(now, opened + timedelta(days=30))
    moments = sorted(opened + (until - opened) * rng.random() for _ in range(rng.choice((0, 1, 1, 2, 3, 5))))
    for at in moments:
        author = world.tickets[ticket_id].get("assignedAppUserId", 1)
        said = {"appUserContactId": author, "appUserContactType": "TECHNICIAN"}
        world.add_comment(ticket_id, at, rng.choice(words.COMMENTS), public=rng.random() < 0.7, **said)


def _track(world: StandinWorld, rng: random.Random, total_seconds: int) -> None:
    """Divides the time worked among the comments."""
    comments = [entry for log in world.logs.values() for entry in log if entry["type"] == "COMMENT"]
    marks = sorted(rng.randrange(total_seconds) for _ in comments[1:])
    for comment, start, end in zip(comments, [0, *marks], [*marks, total_seconds], strict=True):
        comment["timeTracked"] = end - start


def _alerts(world: StandinWorld, rng: random.Random, sizes: Sizes, now: datetime) -> None:
    for device in rng.sample(list(world.devices.values()), sizes.alerts):
        at = seconds_of(now - timedelta(hours=rng.random() * 48))
        alert = {
            "uid": make_uid(rng),
            "deviceId": device["id"],
            "message": "Espace disque inférieur à 10 %",
            "createTime": at,
            "updateTime": at,
            "sourceType": "CONDITION_AGENT_DISK_FREE_SPACE",
            "severity": "MAJOR",
            "priority": "HIGH",
            "device": device,
        }
        world.alerts[alert["uid"]] = alert


def _node(world: StandinWorld, rng: random.Random, client: int) -> int | None:
    nodes = [number for number, device in world.devices.items() if device["organizationId"] == client]
    return rng.choice(nodes) if nodes and rng.random() < 0.5 else None


def _shuffled(rng: random.Random, counted: Mapping[str, int]) -> list[str]:
    each: Iterable[Any] = (name for name, number in counted.items() for _ in range(number))
    some = list(each)
    rng.shuffle(some)
    return some
