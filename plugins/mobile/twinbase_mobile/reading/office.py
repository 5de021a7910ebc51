"""The server's side of the searches: the same answers, in the same order, as on a device that holds every row.

Two functions of PostgreSQL fold texts with the table of `words`, and an index holds the words of each product. Their
names carry the version of the table: another table is another index, never an old one that is half right.
"""

from typing import Any

from twinbase.postgres import PostgresConnection
from twinbase.quoting import quote_name
from twinbase_mobile.reading.catalogue import DESCRIPTION_CHARACTERS_MAX
from twinbase_mobile.reading.near import EARTH_RADIUS_M, NEAR_MAX, Near, near_of
from twinbase_mobile.reading.products import FOUND_MAX, Found
from twinbase_mobile.reading.words import TABLE, WORD_CHARACTERS_MAX, compact, fold, split_words
from twinbase_mobile.tables.kinds import SCHEMA, ActiveState, ProductKind

TABLE_VERSION = 1
"""Raise it with every change of `words.TABLE`, which a test notices."""
_FOLDED, _WORDS = f"{SCHEMA}.folded_{TABLE_VERSION}", f"{SCHEMA}.product_words_{TABLE_VERSION}"
_INDEX = f"ix_products_words_{TABLE_VERSION}"

_DOCUMENT = f"{_WORDS}(p.code, p.barcode, p.caption, p.description)"
_FIND = f"""
SELECT p.id, p.code, p.caption, p.barcode, p.kind, f.caption AS family, u.code AS unit, p.price_ht, p.price_ttc,
       p.stock_managed
FROM {SCHEMA}.products AS p
LEFT JOIN {SCHEMA}.product_families AS f ON f.id = p.family_id
LEFT JOIN {SCHEMA}.units AS u ON u.id = p.unit_id
CROSS JOIN LATERAL (
    SELECT {_FOLDED}(coalesce(p.caption, '')) AS caption, replace({_FOLDED}(p.code), ' ', '') AS code,
           replace({_FOLDED}(coalesce(p.barcode, '')), ' ', '') AS barcode
    OFFSET 0
) AS plain
WHERE p.state = '{ActiveState.ACTIVE.value}' AND {{matches}}
ORDER BY ($2 <> '' AND $2 IN (plain.code, plain.barcode)) DESC,
         starts_with(plain.caption, $3) DESC,
         (SELECT count(*) FROM unnest($4::text[]) AS word WHERE position(' ' || word IN ' ' || plain.caption) > 0) DESC,
         plain.caption COLLATE "C", p.id
LIMIT $1
"""


async def prepare_product_search(connection: PostgresConnection) -> None:
    """Make the functions and the index that `search_products` needs, where they are missing (asyncpg connection).

    Run it when a server starts, with the right to make functions in schema `mobile`.
    """
    exists = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{SCHEMA}.{_INDEX}")
    if not exists:
        async with connection.transaction():
            for statement in _definitions():
                await connection.execute(statement)


async def search_products(connection: PostgresConnection, text: str, *, limit: int = FOUND_MAX) -> tuple[Found, ...]:
    """What `ProductSearch.find` answers on a device, from PostgreSQL (asyncpg connection)."""
    asked = list(dict.fromkeys(split_words(text)))
    arguments: list[Any] = [limit, compact(text), fold(text), asked]
    matches = "true"
    if asked:
        matches = f"{_DOCUMENT} @@ $5::text::tsquery"
        arguments.append(" & ".join(f"'{word}':*" for word in asked))
    return tuple(_shown(row) for row in await connection.fetch(_FIND.format(matches=matches), *arguments))


_HAVERSINE = f"""2 * {EARTH_RADIUS_M} * asin(least(1, sqrt(
    sin(radians(s.lat::float8 - $1) / 2) ^ 2
    + cos(radians($1)) * cos(radians(s.lat::float8)) * sin(radians(s.lon::float8 - $2) / 2) ^ 2)))"""
_SPHERE = "{postgis}.ST_DistanceSphere({postgis}.ST_MakePoint(s.lon, s.lat), {postgis}.ST_MakePoint($2, $1))"
_NEARBY = f"""
SELECT * FROM (
    SELECT s.id, s.customer_id, c.name, s.label, s.address1, s.zip_code, s.city, s.lat, s.lon, {{metres}} AS metres
    FROM {SCHEMA}.customer_sites AS s JOIN {SCHEMA}.customers AS c ON c.id = s.customer_id
    WHERE s.lat IS NOT NULL AND s.lon IS NOT NULL
) AS near WHERE metres <= $3 ORDER BY metres, id LIMIT $4
"""


async def nearby_sites_in_office(
    connection: PostgresConnection, lat: float, lon: float, *, within_m: float = 20_000, limit: int = NEAR_MAX
) -> tuple[Near, ...]:
    """The same over all sites of the company (asyncpg connection): with PostGIS where it is installed, else without."""
    query = (
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'postgis'"
    )
    postgis = await connection.fetchval(query)
    metres = _SPHERE.format(postgis=quote_name(postgis)) if postgis else _HAVERSINE
    rows = await connection.fetch(_NEARBY.format(metres=metres), float(lat), float(lon), float(within_m), limit)
    return tuple(near_of(tuple(row.values())[:-1], row["metres"]) for row in rows)


def _shown(row: Any) -> Found:
    values = {**row, **{name: row[name] or "" for name in ("caption", "barcode", "family", "unit")}}
    return Found(**{**values, "kind": ProductKind(row["kind"])})


def _definitions() -> tuple[str, ...]:
    """Functions first. They are immutable for certain: what they do depends on no setting, collation or dictionary."""
    return (
        f"CREATE OR REPLACE FUNCTION {_FOLDED}(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
        f" AS $fold$ SELECT coalesce(string_agg(left(word, {WORD_CHARACTERS_MAX}), ' ' ORDER BY place), '')"
        f" FROM unnest(string_to_array({_letters('value')}, ' ')) WITH ORDINALITY AS split(word, place)"
        " WHERE word <> '' $fold$",
        f"CREATE OR REPLACE FUNCTION {_WORDS}(code text, barcode text, caption text, description text)"
        " RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $words$"
        " SELECT array_to_tsvector(array_remove(string_to_array("
        f"{_FOLDED}(code || ' ' || coalesce(barcode, '') || ' ' || coalesce(caption, '') || ' '"
        f" || left(coalesce(description, ''), {DESCRIPTION_CHARACTERS_MAX}))"
        f" || ' ' || replace({_FOLDED}(code), ' ', '') || ' ' || replace({_FOLDED}(coalesce(barcode, '')), ' ', '')"
        ", ' '), '')) $words$",
        f"CREATE INDEX IF NOT EXISTS {_INDEX} ON {SCHEMA}.products"
        f" USING gin ({_WORDS}(code, barcode, caption, description))",
    )


def _letters(value: str) -> str:
    """The SQL that replaces each character as the table says; plain English letters need only the beginning of it."""
    ascii_only = {code: to for code, to in TABLE.items() if 0 < code < 0x80}
    return (
        f"CASE WHEN octet_length({value}) = length({value}) THEN {_translated(value, ascii_only)}"
        f" ELSE {_translated(_spelled_out(value), {code: to for code, to in TABLE.items() if code})} END"
    )


def _spelled_out(value: str) -> str:
    """What becomes several characters."""
    for code, to in TABLE.items():
        if len(to) > 1:
            value = f"replace({value}, {_quoted(chr(code))}, {_quoted(to)})"
    return value


def _translated(value: str, table: dict[int, str]) -> str:
    """What becomes one character, then what becomes none."""
    single = {code: to for code, to in table.items() if len(to) == 1}
    nothing = "".join(chr(code) for code, to in table.items() if not to)
    return f"translate({value}, {_quoted(''.join(map(chr, single)) + nothing)}, {_quoted(''.join(single.values()))})"


def _quoted(text: str) -> str:
    return "U&'" + "".join(f"\\+{ord(each):06x}" for each in text) + "'"
