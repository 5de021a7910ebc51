# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""The office of an app's demo: what it prepares for a technician's day, and what it does while the network is cut.

Without it nobody would see in the app what Twinbase is for: two people who did the same thing, and neither knew. It
writes with plain SQL into the tables for phones, as an office's own program would; no tool of ours is in the way.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg

CHECKLIST: list[dict[str, Any]] = [
    {"key": "vents", "label": "Ventilation haute et basse dégagées ?", "kind": "bool", "required": True},
    {"key": "co", "label": "CO dans la pièce", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50,
     "required": True},
    {"key": "pressure", "label": "Pression du circuit", "kind": "number", "unit": "bar"},
    {"key": "remark", "label": "Remarque", "kind": "text"},
]  # fmt: skip
ACCESS = "Portail 4521B, puis gardien. Chaufferie au sous-sol, clé au tableau."
SIGNER, REPORT = "Mme Roy, à l’accueil", "Vu avec le client par téléphone."
STANDS_IN = "chaufferie, 2e sous-sol"


@dataclass
class MeanwhileOffice:
    """Of one technician, on the day that was made. `has_worked`: it works at the first cut only."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    technician: UUID
    day: date
    has_worked: bool = False

    async def prepare_day(self) -> None:
        """A checklist on the first visit of the day, and how one gets in there."""
        visits = await self.list_visits()
        if not visits:
            return
        first, template = visits[0], uuid4()
        await self.connection.execute(_TEMPLATE, template, json.dumps(CHECKLIST))
        await self.connection.execute(_CHECKLIST_OF, first["id"], template)
        await self.connection.execute(_ACCESS_OF, first["site_id"], ACCESS)

    async def work_meanwhile(self) -> None:
        """On the last visit of the day: sign it, report on it, and say where its appliance stands. The technician will
        have done the same; the server decides on each of the three when he is back."""
        visits = await self.list_visits()
        if self.has_worked or not visits:
            return
        self.has_worked = True
        last = visits[-1]
        await self.connection.execute(_SIGN, uuid4(), last["id"], SIGNER)
        await self.connection.execute(_REPORT, last["id"], REPORT)
        await self.connection.execute(_MOVE_APPLIANCE, last["main_equipment_id"], STANDS_IN)

    async def list_visits(self) -> "list[asyncpg.Record]":
        """Those of the day, in its order."""
        return list(await self.connection.fetch(_VISITS_OF_DAY, self.technician, self.day))


_VISITS_OF_DAY = """
SELECT id, site_id, main_equipment_id FROM mobile.interventions
WHERE lead_id = $1 AND scheduled_start::date = $2 ORDER BY scheduled_start, id
"""
_TEMPLATE = """
INSERT INTO mobile.checklist_templates (id, code, version, title, items, active)
VALUES ($1, 'DEMO', 1, 'Entretien chaudière', $2, true)
"""
_CHECKLIST_OF = "UPDATE mobile.interventions SET template_id = $2 WHERE id = $1"
_ACCESS_OF = "UPDATE mobile.customer_sites SET access_notes = $2 WHERE id = $1"
_SIGN = """
INSERT INTO mobile.intervention_signatures (id, intervention_id, role, signer_name, signed_at, refused)
VALUES ($1, $2, 'customer', $3, now(), false)
"""
_REPORT = "UPDATE mobile.interventions SET report = $2 WHERE id = $1"
_MOVE_APPLIANCE = "UPDATE mobile.customer_equipment SET location_in_site = $2 WHERE id = $1"
