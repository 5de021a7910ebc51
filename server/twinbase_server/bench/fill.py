"""Rows that look like a building-services company's, made from a seed and loaded by COPY."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column

from twinbase.codecs.resolve import server_type
from twinbase.quoting import quote_name
from twinbase_server.bench.tables import MAIN, SCHEMA, SECTORS, SMALL, BenchTable
from twinbase_server.database.connection import Connection, connect

SEED = 20260504
# Of every 50 rows: how many are of each main table, in the order of tables.MAIN.
SHARES = (6, 7, 8, 7, 10, 6, 4, 2)
START = datetime(2026, 1, 5, 7, tzinfo=UTC)
_WORDS = (
    "chaudière radiateur ballon circulateur vanne filtre pompe brûleur thermostat régulation tableau disjoncteur câble "
    "gaine prise luminaire onduleur serveur imprimante réseau borne contrôle entretien dépannage remplacement mise en "
    "service raccordement purge détartrage vidange nettoyage réglage essai mesure relevé pression débit température "
    "conforme défaut fuite bruit panne alarme capteur sonde carte électronique pièce commande devis facture garantie "
    "contrat visite client absent gardien code accès portail parking cave toiture terrasse étage couloir local "
    "technique chaufferie sous-station copropriété mairie école gymnase hôpital atelier bureau magasin entrepôt "
    "prévoir revenir vérifier changer commander rappeler signaler terminé urgent demain matin après-midi semaine"
).split()
_NAMES = "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel".split()
_CITIES = "Lyon Grenoble Valence Annecy Chambéry Vienne Bourgoin Voiron Romans Givors Oullins Meyzieu Écully".split()
_STATES = ("planned", "in_progress", "done", "cancelled")
_LONG = {"notes": 30, "access_notes": 24, "instructions": 44, "report": 52, "body": 80, "comment": 28}
_LONG["description"] = 26


def share_of(rows: int, model: type[BenchTable]) -> int:
    """How many of so many rows are of this main table."""
    return rows * SHARES[MAIN.index(model)] // sum(SHARES)


async def fill_main(connection: Connection, rows: int, seed: int = SEED) -> None:
    """Rows for the main tables, parents first, and a few for the small ones."""
    chance = random.Random(seed)
    made: dict[str, list[UUID]] = {}
    for model in (*MAIN, *SMALL):
        name = str(model.__tablename__)
        many = share_of(rows, model) if model in MAIN else 4
        records = [make_record(chance, model, made) for _ in range(many)]
        made[name] = [row[0] for row in records]
        await copy(connection, model, name, records)


async def copy(connection: Connection, model: type[BenchTable], table: str, records: Sequence[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table(table, schema_name=SCHEMA, columns=column_names(model), records=records)


def column_names(model: type[BenchTable]) -> list[str]:
    """The columns of a table, in order."""
    return [column.name for column in _columns(model)]


def make_record(chance: random.Random, model: type[BenchTable], made: dict[str, list[UUID]]) -> tuple[Any, ...]:
    """One row of Python values."""
    return tuple(_value(chance, column, made) for column in _columns(model))


def _columns(model: type[BenchTable]) -> list[Column[Any]]:
    return list(model.__table__.columns)  # type: ignore[attr-defined]


def _value(chance: random.Random, column: Column[Any], made: dict[str, list[UUID]]) -> Any:
    for key in column.foreign_keys:
        return chance.choice(made[key.target_fullname.split(".")[1]])
    if column.nullable and chance.random() < 0.15:
        return None
    return _OF_TYPE[server_type(column.type).python_type](chance, column.name)


def _text(chance: random.Random, name: str) -> str:
    if name in _LONG:
        return " ".join(chance.choices(_WORDS, k=chance.randint(_LONG[name] // 2, _LONG[name] * 2)))
    if (made := _NAMED.get(name)) is not None:
        return made(chance)
    return " ".join(chance.choices(_WORDS, k=3)).capitalize()


_NAMED: dict[str, Callable[[random.Random], str]] = {
    "code": lambda c: f"{c.choice('ABCDEFGH')}{c.randrange(10**7):07}",
    "sector": lambda c: c.choice(SECTORS),
    "status": lambda c: c.choice(_STATES),
    "city": lambda c: c.choice(_CITIES),
    "postal_code": lambda c: f"{c.randrange(1000, 95999):05}",
    "street": lambda c: f"{c.randint(1, 250)} rue {c.choice(_NAMES)}",
    "email": lambda c: f"{c.choice(_NAMES)}.{c.choice(_NAMES)}{c.randrange(100)}@example.org".lower(),
    "phone": lambda c: f"04 {c.randrange(10**8):08}",
    "mobile": lambda c: f"06 {c.randrange(10**8):08}",
    "vat_number": lambda c: f"FR{c.randrange(10**11):011}",
    "barcode": lambda c: f"3{c.randrange(10**12):012}",
    "first_name": lambda c: c.choice(_NAMES),
    "last_name": lambda c: c.choice(_NAMES),
    "family": lambda c: c.choice(_WORDS[:20]),
    "unit": lambda c: c.choice(("u", "m", "h", "kg")),
    "kind": lambda c: c.choice(("invoice", "quote", "order")),
    "number": lambda c: f"FA{c.randrange(10**8):08}",
}
_OF_TYPE: dict[type, Callable[[random.Random, str], Any]] = {
    str: _text,
    UUID: lambda c, _: UUID(int=c.getrandbits(128), version=4),
    int: lambda c, _: c.randrange(480),
    bool: lambda c, _: c.random() < 0.5,
    float: lambda c, _: round(c.uniform(4, 48), 6),
    Decimal: lambda c, _: Decimal(c.randrange(1_000_000)) / 100,
    date: lambda c, _: START.date() + timedelta(days=c.randrange(300)),
    datetime: lambda c, _: START + timedelta(seconds=c.randrange(25_000_000), microseconds=c.randrange(10**6)),
}


async def multiply(connection: Connection, rows: int) -> None:
    """Copies of the rows of the main tables, under keys of their own, until there are so many."""
    for model in MAIN:
        table = f"{SCHEMA}.{quote_name(str(model.__tablename__))}"
        columns = ", ".join(quote_name(name) for name in column_names(model)[1:])
        here = await connection.fetchval(f"SELECT count(*) FROM {table}")
        while (missing := share_of(rows, model) - here) > 0:
            here += await _insert(
                connection, f"INSERT INTO {table} SELECT gen_random_uuid(), {columns} FROM {table} LIMIT $1", missing
            )


async def fill_small(connection: Connection, rows: int) -> None:
    """So many rows in the small tables together, each in a transaction of its own per table."""
    for model in SMALL:
        table = f"{SCHEMA}.{quote_name(str(model.__tablename__))}"
        await _insert(
            connection,
            f"INSERT INTO {table} (id, code, created_at, updated_at, label, rank)"
            " SELECT gen_random_uuid(), 'S' || n, now(), now(), 'label ' || n, n FROM generate_series(1, $1::int) n",
            rows // len(SMALL),
        )


async def _insert(connection: Connection, statement: str, rows: int) -> int:
    return int((await connection.execute(statement, rows)).split()[-1])


async def settle(connection: Connection) -> None:
    """What autovacuum would do some time later, so that it does not do it in the middle of a measurement."""
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")


async def open_connection(url: str) -> Connection:
    """A connection as an application has one."""
    connection = await connect(url)
    return connection
