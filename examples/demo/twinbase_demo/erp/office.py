"""A day at the office: what planners, salespeople and storekeepers change in EBP between nine and half past five."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from twinbase_demo.erp import codes, texts
from twinbase_demo.erp.chance import Chance

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """How many rows of each table were inserted, updated and deleted: `{"Item": {"update": 200}}`."""

    changes: dict[str, dict[str, int]]

    @property
    def total(self) -> int:
        return sum(count for operations in self.changes.values() for count in operations.values())


@dataclass(frozen=True, slots=True)
class _Day:
    connection: Connection
    chance: Chance
    today: date

    def pick_moment(self) -> datetime:
        """Some time in the working day: what `sysModifiedDate` gets."""
        return datetime.combine(self.today, time(9)) + timedelta(seconds=self.chance.draw_between(0, 30_600))

    async def sample_rows(self, query: str, count: int, *arguments: object) -> list[asyncpg.Record]:
        """So many of the rows of an ordered query, or all when there are fewer."""
        found = await self.connection.fetch(query, *arguments)
        return self.chance.sample(found, min(count, len(found)))


_Job = Callable[[_Day, int], Awaitable[dict[tuple[str, str], int]]]


async def mutate_office_day(connection: Connection, *, seed: int, changes: int = 1000, today: date) -> OfficeDay:
    """Change about so many rows of a generated database, each kind of work in a transaction of its own.

    The same database, seed and day get the same changes. For a second batch on one day, take another seed: new rows get
    their keys from it.
    """
    day = _Day(connection, Chance(seed, "office", today), today)
    counted: dict[str, dict[str, int]] = {}
    for job, share in _JOBS:
        async with connection.transaction():
            done = await job(day, max(1, round(changes * share)))
        for (table, operation), count in done.items():
            if count:
                operations = counted.setdefault(table, {})
                operations[operation] = operations.get(operation, 0) + count
    return OfficeDay(counted)


async def _edit_customers(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """A new phone number, or a note from a call."""
    rows = await day.sample_rows('SELECT "Id" FROM public."Customer" ORDER BY "Id"', count)
    edits = []
    for row in rows:
        note = texts.fill_template(day.chance, texts.NOTES)
        phone = f"04 65 71 {day.chance.make_digits(2)} {day.chance.make_digits(2)}"
        edits.append((row["Id"], phone, note, texts.format_rich(note), day.pick_moment()))
    await day.connection.executemany(
        """
        UPDATE public."Customer"
        SET "MainDeliveryContact_Phone" = $2, "NotesClear" = $3, "Notes" = $4, "sysModifiedDate" = $5
        WHERE "Id" = $1
        """,
        edits,
    )
    return {("Customer", "update"): len(edits)}


async def _edit_contacts(day: _Day, count: int) -> dict[tuple[str, str], int]:
    rows = await day.sample_rows(
        'SELECT "Id" FROM public."Contact" WHERE "AssociatedCustomerId" IS NOT NULL ORDER BY "Id"', count
    )
    edits = [
        (row["Id"], f"06 39 98 {day.chance.make_digits(2)} {day.chance.make_digits(2)}", day.pick_moment())
        for row in rows
    ]
    await day.connection.executemany(
        'UPDATE public."Contact" SET "ContactFields_CellPhone" = $2, "sysModifiedDate" = $3 WHERE "Id" = $1', edits
    )
    return {("Contact", "update"): len(edits)}


async def _edit_prices(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """A supplier's new list: prices go up by one to six per cent."""
    rows = await day.sample_rows(
        """
        SELECT "Id", "SalePriceVatExcluded" AS price, "SalePriceVatIncluded" AS gross
        FROM public."Item" ORDER BY "Id"
        """,
        count,
    )
    edits = []
    for row in rows:
        factor = Decimal(day.chance.draw_between(101, 106)) / 100
        price, gross = ((row[name] * factor).quantize(Decimal("0.01")) for name in ("price", "gross"))
        edits.append((row["Id"], price, gross, gross - price, day.pick_moment()))
    await day.connection.executemany(
        """
        UPDATE public."Item"
        SET "SalePriceVatExcluded" = $2, "SalePriceVatIncluded" = $3, "VatAmount" = $4, "sysModifiedDate" = $5
        WHERE "Id" = $1
        """,
        edits,
    )
    return {("Item", "update"): len(edits)}


async def _move_events(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """Planned visits of the coming weeks go to another day, at the same hour."""
    rows = await _planned(day, count)
    edits = [(row["Id"], timedelta(days=day.chance.pick((-2, -1, 1, 2, 7, 7, 14))), day.pick_moment()) for row in rows]
    await day.connection.executemany(
        """
        UPDATE public."ScheduleEvent"
        SET "StartDateTime" = "StartDateTime" + $2::interval, "EndDateTime" = "EndDateTime" + $2::interval,
            "sysModifiedDate" = $3
        WHERE "Id" = $1
        """,
        edits,
    )
    return {("ScheduleEvent", "update"): len(edits)}


async def _reassign_events(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """Somebody is ill: visits go to a colleague."""
    rows, crew = await _planned(day, count), await _crew(day)
    edits = [(row["Id"], day.chance.pick(crew), day.pick_moment()) for row in rows]
    await day.connection.executemany(
        'UPDATE public."ScheduleEvent" SET "ColleagueId" = $2, "sysModifiedDate" = $3 WHERE "Id" = $1', edits
    )
    return {("ScheduleEvent", "update"): len(edits)}


async def _cancel_events(day: _Day, count: int) -> dict[tuple[str, str], int]:
    rows = await _planned(day, count)
    edits = [(row["Id"], codes.CANCELLED, day.pick_moment()) for row in rows]
    await day.connection.executemany(
        'UPDATE public."ScheduleEvent" SET "EventState" = $2, "sysModifiedDate" = $3 WHERE "Id" = $1', edits
    )
    return {("ScheduleEvent", "update"): len(edits)}


async def _add_events(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """New repair calls at known customers, for the days to come."""
    sites = await day.sample_rows(
        """
        SELECT a."Id" AS site, c."Id" AS customer, c."Name" AS name, a."AddressFields_Address1" AS street,
               a."AddressFields_ZipCode" AS zip_code, a."AddressFields_City" AS city
        FROM public."Address" a JOIN public."Customer" c ON c."Id" = a."AssociatedCustomerId" ORDER BY a."Id"
        """,
        count,
    )
    last = await day.connection.fetchval(
        """SELECT coalesce(max(substr("ScheduleEventNumber", 3)::int), 0) FROM public."ScheduleEvent" """
    )
    crew = await _crew(day)
    events = []
    for number, site in enumerate(sites, start=last + 1):
        start = datetime.combine(day.today, time(day.chance.draw_between(8, 16))) + timedelta(
            days=day.chance.draw_between(1, 20)
        )
        text = texts.fill_template(day.chance, texts.INSTRUCTIONS[day.chance.pick(tuple(texts.INSTRUCTIONS))])
        events.append(
            (
                day.chance.make_uuid(),
                f"EV{number:08d}",
                f"{codes.REPAIR.caption} - {site['name']}"[:80],
                start,
                start + timedelta(minutes=90),
                codes.PLANNED,
                codes.event_type_id(codes.REPAIR),
                day.chance.pick(crew),
                site["customer"],
                site["site"],
                text,
                site["street"],
                site["zip_code"],
                site["city"],
                day.pick_moment(),
            )
        )
    await day.connection.executemany(
        """
        INSERT INTO public."ScheduleEvent" ("Id", "ScheduleEventNumber", "Caption", "StartDateTime", "EndDateTime",
            "EventState", "EventType", "ColleagueId", "CustomerId", "AddressId",
            "Maintenance_InterventionDescriptionClear", "Address_Address1", "Address_ZipCode", "Address_City",
            "sysCreatedDate", "sysModifiedDate")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
        """,
        events,
    )
    return {("ScheduleEvent", "insert"): len(events)}


async def _add_activities(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """Calls and mails of the day, in the customers' journal."""
    customers = await day.sample_rows('SELECT "Id", "Name" FROM public."Customer" ORDER BY "Id"', count)
    notes = []
    for row in customers:
        moment, text = day.pick_moment(), texts.fill_template(day.chance, texts.NOTES)
        caption = f"{day.chance.pick(texts.ACTIVITIES)} - {row['Name']}"
        notes.append((day.chance.make_uuid(), moment, caption, row["Id"], row["Name"], text, texts.format_rich(text)))
    await day.connection.executemany(
        """
        INSERT INTO public."Activity" ("Id", "StartDateTime", "EndDateTime", "Caption", "CustomerId", "CustomerName",
            "NotesClear", "Notes", "sysCreatedDate", "sysModifiedDate")
        VALUES ($1, $2, $2::timestamp + interval '10 minutes', $3, $4, $5, $6, $7, $2, $2)
        """,
        notes,
    )
    return {("Activity", "insert"): len(notes)}


async def _count_stock(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """The storekeeper counts some shelves."""
    rows = await day.sample_rows(
        'SELECT "ItemId", "StorehouseId" FROM public."StockItem" ORDER BY "ItemId", "StorehouseId"', count
    )
    edits = [(row["ItemId"], row["StorehouseId"], day.chance.draw_between(-2, 3), day.pick_moment()) for row in rows]
    await day.connection.executemany(
        """
        UPDATE public."StockItem"
        SET "RealStock" = greatest("RealStock" + $3::int, 0), "sysModifiedDate" = $4
        WHERE "ItemId" = $1 AND "StorehouseId" = $2
        """,
        edits,
    )
    return {("StockItem", "update"): len(edits)}


async def _delete_events(day: _Day, count: int) -> dict[tuple[str, str], int]:
    """Planned visits that will not take place, with the appliances that they were about."""
    ids = [row["Id"] for row in await _planned(day, count)]
    children = await day.connection.fetch(
        """
        DELETE FROM public."ScheduleEventCustomerProduct" WHERE "ScheduleEventId" = ANY ($1::uuid[])
        RETURNING "Id"::text
        """,
        ids,
    )
    await day.connection.execute('DELETE FROM public."ScheduleEvent" WHERE "Id" = ANY ($1::uuid[])', ids)
    child_ids = sorted(row["Id"] for row in children)
    await _remember(day, "ScheduleEventCustomerProduct", child_ids)
    await _remember(day, "ScheduleEvent", [str(key) for key in ids])
    return {
        ("ScheduleEvent", "delete"): len(ids),
        ("ScheduleEventCustomerProduct", "delete"): len(child_ids),
        ("EbpSysDeletedRecord", "insert"): len(ids) + len(child_ids),
    }


async def _delete_activities(day: _Day, count: int) -> dict[tuple[str, str], int]:
    rows = await day.sample_rows('SELECT "Id" FROM public."Activity" ORDER BY "Id"', count)
    ids = [str(row["Id"]) for row in rows]
    await day.connection.execute('DELETE FROM public."Activity" WHERE "Id" = ANY ($1::uuid[])', ids)
    await _remember(day, "Activity", ids)
    return {("Activity", "delete"): len(ids), ("EbpSysDeletedRecord", "insert"): len(ids)}


async def _remember(day: _Day, table: str, ids: Sequence[str]) -> None:
    """What EBP writes when it deletes a row: its key, and a Kind that stands for the table."""
    version = await day.connection.fetchval('SELECT coalesce(max("Version"), 0) FROM public."EbpSysDeletedRecord"')
    records = [
        (day.chance.make_uuid(), key, codes.kind_of(table), version + rank, day.pick_moment())
        for rank, key in enumerate(ids, start=1)
    ]
    await day.connection.executemany(
        """
        INSERT INTO public."EbpSysDeletedRecord"
            ("UniqueId", "Id", "Kind", "Version", "sysCreatedDate", "sysModifiedDate")
        VALUES ($1, $2, $3, $4, $5, $5)
        """,
        records,
    )


async def _planned(day: _Day, count: int) -> list[asyncpg.Record]:
    return await day.sample_rows(
        """
        SELECT "Id" FROM public."ScheduleEvent"
        WHERE "EventState" = $1 AND "CustomerId" IS NOT NULL AND "StartDateTime" >= $2 ORDER BY "Id"
        """,
        count,
        codes.PLANNED,
        datetime.combine(day.today, time()) + timedelta(days=1),
    )


async def _crew(day: _Day) -> list[str]:
    """Everyone who has field work in the agenda."""
    rows = await day.connection.fetch(
        'SELECT DISTINCT "ColleagueId" AS key FROM public."ScheduleEvent" WHERE "ColleagueId" IS NOT NULL ORDER BY 1'
    )
    return [row["key"] for row in rows]


# What a day is made of. The two deletions leave a record each, which counts as a change too.
_JOBS: tuple[tuple[_Job, float], ...] = (
    (_edit_customers, 0.12),
    (_edit_contacts, 0.08),
    (_edit_prices, 0.22),
    (_move_events, 0.16),
    (_reassign_events, 0.06),
    (_cancel_events, 0.04),
    (_add_events, 0.10),
    (_add_activities, 0.08),
    (_count_stock, 0.10),
    (_delete_events, 0.01),
    (_delete_activities, 0.01),
)
