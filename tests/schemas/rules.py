"""What three schemas demand of a row beside types and foreign keys, and what their own code makes of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

Values = Mapping[str, Any]
CLOCK = datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
CLOSED = "geschlossen"


def _amount(digits: int, scale: int, least: int = 0) -> Callable[[Random, Values], Decimal]:
    return lambda dice, row: Decimal(dice.randint(least, 10**digits - 1)).scaleb(-scale)


def _name(dice: Random, row: Values) -> str:
    return f"n° {dice.getrandbits(48)}"


def _degree(dice: Random, row: Values) -> Decimal:
    return Decimal(dice.choice([-180_000_000, 180_000_000, dice.randint(-180_000_000, 180_000_000)])).scaleb(-6)


def _shipped(dice: Random, row: Values) -> datetime | None:
    span = dice.choice((timedelta(0), timedelta(microseconds=1), timedelta(days=dice.randint(0, 900), seconds=7)))
    return None if dice.random() < 0.2 else row["ordered"] + (span if row["ordered"].year < 9990 else timedelta(0))


DRAWN: Mapping[str, Callable[[Random, Values], Any]] = {
    "erp.partner.mail": lambda dice, row: f"{dice.getrandbits(32)}@example.org",
    "erp.partner.Full Name": _name,
    "erp.machine.name": _name,
    "erp.state_text.Sort": lambda dice, row: dice.randint(1_000, 2**31 - 2),
    "erp.article.net": _amount(14, 2),
    "erp.order_line.net": _amount(14, 2),
    "erp.order_line.many": _amount(12, 3, 1),
    "erp.booking.place": lambda dice, row: dice.randint(1_000, 2**31 - 2),
    "public.product.made": lambda dice, row: dice.randint(1901, 2155),
    "public.product.price": _amount(5, 2, 1),
    "public.product.length": lambda dice, row: dice.randint(1, 2**15 - 1),
    "public.customer.email": _name,
    "public.orders.shipped": _shipped,
    "public.review.stars": lambda dice, row: dice.randint(1, 5),
    "places.place.lon": _degree,
    "places.place.lat": _degree,
    "places.area.path": lambda dice, row: f"top.{dice.getrandbits(32)}_{dice.choice('abz')}",
    # The length of the least of all numbers is none.
    "places.way.id": lambda dice, row: dice.randint(1 - 2**31, 2**31 - 1),
}
"""Columns that a check, a domain, a unique or an excluding constraint speaks of: what they may hold."""

POINTS: Mapping[str, Callable[[Values, Values], bool]] = {
    "erp.order_line.number": lambda row, order: order["state"] != CLOSED,
    "erp.part_of.part": lambda row, article: article["number"] != row["parent"],
    "public.related.other": lambda row, product: product["product_id"] > row["one"],
}
"""Which of the rows that a foreign key finds are none for this row."""

KEPT: Mapping[str, tuple[Any, ...]] = {
    # A trigger reads the time here.
    "erp.setting": ("clock",),
    # Rows that no device can have point at these.
    "erp.article": ("N00001", "N00002"),
    "erp.employee": (1,),
    "public.language": (3,),
}


def _stamp(row: Values, was: Values | None) -> Values:
    return {"changed": CLOCK, "changes": (was["changes"] or 0) + 1} if was else {}


def _gross(row: Values, was: Values | None) -> Values:
    return {"gross": (row["net"] * (1 + row["vat"] / 100)).quantize(Decimal("0.0001"), ROUND_HALF_UP)}


def _took(row: Values, was: Values | None) -> Values:
    return {"took": row["shipped"] and row["shipped"] - row["ordered"]}


WRITTEN: Mapping[str, Callable[[Values, Values | None], Values]] = {
    "erp.order_head": _stamp,
    "erp.article": _gross,
    "erp.order_line": lambda row, was: {"total": row["many"] * 2},
    "public.category": lambda row, was: {"last_update": datetime(2026, 1, 2, 3, 4, 5)} if was else {},
    "public.orders": _took,
    "places.way": lambda row, was: {"length_m": abs(row["id"]) * 1.5},
}
"""What triggers and generated columns write, whatever somebody typed; `was`: the row before, of one that is changed."""

HIDDEN: Mapping[str, str] = {
    "shop": "SELECT FROM product WHERE fulltext <> to_tsvector('simple', concat_ws(' ', title, description))",
    "places": "SELECT FROM places.place WHERE spot::text <> point(lon::float8, lat::float8)::text",
}
"""What a trigger writes where no device looks: the rows of which it is not so."""
