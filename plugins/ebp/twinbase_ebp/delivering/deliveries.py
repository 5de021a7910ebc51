"""What is handed over of a batch: each changed row in EBP's words, or not at all where EBP has no place for it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.delivery import AppliedMutation, Delivery
from twinbase.postgres import PostgresConnection
from twinbase_ebp.delivering import claims, customers, documents, made_on_site, visits
from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.delivering.known_rows import KnownRows, MobileRow, RowChange, changes_of, read, read_origins, rows_of
from twinbase_ebp.settings import EbpSettings

EBP, FILES = "ebp", "ebp_claims"
FILES_STAY = "Photos and signatures are not handed over to EBP: they stay on the server."


async def make_deliveries(
    applied: Sequence[AppliedMutation], connection: PostgresConnection, now: datetime, settings: EbpSettings
) -> list[Delivery]:
    """The deliveries of a batch. `connection`: asyncpg, in its transaction."""
    changed = changes_of(applied)
    if not changed:
        return []
    known = await read(changed, connection)
    beside = await _beside([one for one in changed if one.id in known.rows[one.table]], known, connection)
    parts = [part for of_visit in beside.parts.values() for part in of_visit]
    known = known.add_origins(await read_origins(connection, {"intervention_parts": parts}))
    composer = _Composer(known, beside, now, settings)
    return [delivery for change in beside.changed for delivery in composer.compose(change)]


@dataclass(slots=True)
class _Beside:
    """What more is read, for visits that are done and appliances that are moved."""

    changed: list[RowChange]
    done: list[RowChange] = field(default_factory=list)
    measured: Mapping[UUID, list[str]] = field(default_factory=dict)
    parts: dict[UUID, list[MobileRow]] = field(default_factory=lambda: defaultdict(list))
    documents: Mapping[UUID, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    notes: Mapping[str, str | None] = field(default_factory=dict)


async def _beside(changed: list[RowChange], known: KnownRows, connection: PostgresConnection) -> _Beside:
    done = [
        one
        for one in changed
        if one.table == "interventions" and "status" in one.columns and known.row_of(one)["status"] == "done"
    ]
    beside = _Beside(changed, done)
    ids = [one.id for one in done]
    if ids:
        beside.measured = await _measured(connection, ids)
        for part in await rows_of(connection, "intervention_parts", "intervention_id", ids):
            beside.parts[part["intervention_id"]].append(part)
        beside.documents = await _documents(connection, ids)
    beside.notes = await _notes(connection, changed, known)
    return beside


async def _measured(connection: PostgresConnection, visits_done: Sequence[UUID]) -> dict[UUID, list[str]]:
    answers = await rows_of(connection, "checklist_answers", "intervention_id", visits_done)
    templates = {answer["template_id"] for answer in answers if answer["template_id"]}
    rows = await rows_of(connection, "checklist_templates", "id", list(templates))
    items = {(row["id"], item["key"]): item for row in rows for item in row["items"] or () if "key" in item}
    of_visit: dict[UUID, list[MobileRow]] = defaultdict(list)
    for answer in answers:
        of_visit[answer["intervention_id"]].append(answer)
    return {id: visits.measured_lines(mine, items) for id, mine in of_visit.items()}


async def _documents(connection: PostgresConnection, ids: Sequence[UUID]) -> dict[UUID, Sequence[Mapping[str, Any]]]:
    """The lines of the exit documents that are on their way, or in EBP: without any where only EBP knows them."""
    found: dict[UUID, Sequence[Mapping[str, Any]]] = {}
    if await connection.fetchval(_HAS_COLUMN, "StockDocument", "Reference"):
        rows = await connection.fetch(_IN_EBP, [documents.document_reference(id) for id in ids])
        found = {UUID(row["Reference"].removeprefix("TB-")): [] for row in rows}
    on_its_way = await connection.fetch(_ON_ITS_WAY, EBP, [str(id) for id in ids])
    return found | {UUID(row["row_key"]): json.loads(row["lines"]) for row in on_its_way}


async def _notes(
    connection: PostgresConnection, changed: Sequence[RowChange], known: KnownRows
) -> dict[str, str | None]:
    """What EBP has in the notes of appliances that were moved, by their code."""
    moved = [one for one in changed if one.table == "customer_equipment" and "location_in_site" in one.columns]
    codes = [key for one in moved if isinstance(key := known.key_of(one.table, one.id, customers.APPLIANCE), str)]
    if not codes or not await connection.fetchval(_HAS_COLUMN, "CustomerProduct", "NotesClear"):
        return {}
    return {row["Id"]: row["NotesClear"] for row in await connection.fetch(_NOTES, codes)}


class _Composer:
    """Puts one change after the other in EBP's words."""

    def __init__(self, known: KnownRows, beside: _Beside, now: datetime, settings: EbpSettings) -> None:
        self._known, self._beside, self._now, self._settings = known, beside, now, settings
        self._done = {one.id for one in beside.done}

    def compose(self, change: RowChange) -> Iterator[Delivery]:
        for entry in self._entries(change):
            destination = FILES if change.table in claims.COLUMNS and entry.entity in claims.COLUMNS else EBP
            yield Delivery(destination, change.applied, entry.action, entry.as_payload(), echo=self._echo(entry))

    def _echo(self, entry: EbpEntry) -> Mapping[str, Any]:
        if entry.entity == visits.EVENT and entry.table == "interventions":
            return visits.visit_echo(entry, self._settings)
        return customers.customer_echo(entry)

    def _entries(self, change: RowChange) -> Iterator[EbpEntry]:
        known, settings, table = self._known, self._settings, change.table
        if table == "interventions":
            yield from self._visit(change)
        elif table in claims.COLUMNS:
            yield from _some(claims.claim_entry(change, known, settings))
        elif table in ("intervention_photos", "intervention_signatures") and change.is_new:
            yield EbpEntry("File", "create", table, str(change.id), held=FILES_STAY)
        elif table == "intervention_equipment":
            yield from _some(visits.appliance_entry(change, known))
        elif table == "intervention_notes" and change.is_new:
            yield from _some(visits.note_entry(change, known, settings))
        elif table == "stock_movements" and change.is_new:
            yield from _some(documents.movement_entry(change, known, settings))
        else:
            yield from self._at_the_customer(change)

    def _at_the_customer(self, change: RowChange) -> Iterator[EbpEntry]:
        known, table = self._known, change.table
        if table == "contacts":
            yield from _some(customers.contact_entry(change, known))
        elif table == "customer_equipment":
            key = known.key_of(table, change.id, customers.APPLIANCE)
            notes = self._beside.notes.get(key) if isinstance(key, str) else None
            yield from _some(customers.equipment_entry(change, known, notes))
        elif table == "customer_sites":
            yield from _some(customers.site_entry(change, known, self._settings))
        elif table == "incidents" and change.is_new:
            yield customers.incident_entry(change, known, self._settings)

    def _visit(self, change: RowChange) -> Iterator[EbpEntry]:
        """The agenda entry first; the parts that were taken follow when the visit is done."""
        beside = self._beside
        measured = beside.measured.get(change.id, [])
        if change.is_new:
            yield from made_on_site.new_visit_entries(change, self._known, measured, self._settings)
        else:
            yield from _some(visits.visit_entry(change, self._known, measured, self._settings))
        if change.id in self._done:
            parts, before = beside.parts[change.id], beside.documents.get(change.id)
            yield from _some(
                documents.exit_document_entry(change, parts, self._known, self._now, self._settings, before)
            )


def _some(entry: EbpEntry | None) -> Iterator[EbpEntry]:
    if entry is not None:
        yield entry


_ON_ITS_WAY = """
SELECT DISTINCT ON (row_key) row_key, (payload -> 'lines')::text AS lines FROM twinbase.deliveries
WHERE destination = $1 AND twin = 'interventions' AND row_key = ANY ($2) AND action = 'create StockDocument'
AND state <> 'refused' ORDER BY row_key, n DESC
"""
_IN_EBP = 'SELECT "Reference" FROM public."StockDocument" WHERE "Reference" = ANY ($1)'
_NOTES = 'SELECT "Id", "NotesClear" FROM public."CustomerProduct" WHERE "Id" = ANY ($1)'
_HAS_COLUMN = """
SELECT EXISTS (
    SELECT FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND column_name = $2)
"""
