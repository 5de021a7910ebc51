"""A push: a day's work of one technician, in a hundred local transactions."""

import random
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from twinbase.clock import utc_now
from twinbase.quoting import quote_name
from twinbase.replica.replica import Replica
from twinbase_server.bench.fill import SEED, column_names, make_record
from twinbase_server.bench.pairs import Pairs, Result
from twinbase_server.bench.process import ServerProcess
from twinbase_server.bench.sizes import BenchSizes
from twinbase_server.bench.tables import BenchJob
from twinbase_server.bench.testbed import Testbed

BAR = 4.0
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class PushedWork:
    """Pairs of a push and of the same rows by one upsert, capture on, and one request. Half the rows are new."""

    def __init__(self, testbed: Testbed, server: ServerProcess, replica: Replica, sizes: BenchSizes) -> None:
        self._testbed, self._replica = testbed, replica
        self._mutations, self._transactions = sizes.mutations, sizes.transactions
        self._chance = random.Random(SEED + 1)
        self._client = httpx2.AsyncClient(base_url=server.url)
        self._keys: list[UUID] = []
        self._others: list[UUID] = []
        self._parents: dict[str, list[UUID]] = {}
        self.pairs = Pairs()

    async def begin(self) -> None:
        fetch = self._testbed.connection.fetch
        keys = [row[0] for row in await fetch("SELECT id FROM bench.job ORDER BY id")]
        # What others write meanwhile is other rows: conflicts are not what is measured.
        self._keys, self._others = keys[::2], keys[1::2]
        for table in ("customer", "site"):
            self._parents[table] = [row[0] for row in await fetch(f"SELECT id FROM bench.{table} ORDER BY id")]

    async def measure_pair(self) -> None:
        await self._work()
        await self.pairs.measure(self._product, self._floor)
        await self._replica.sync()

    async def _work(self) -> None:
        """What the technician writes: each visit closes jobs and makes new ones."""
        each = self._mutations // self._transactions // 2
        keys = self._chance.sample(self._keys, each * self._transactions)
        for _ in range(self._transactions):
            async with self._replica.session() as session:
                for key in [keys.pop() for _ in range(each)]:
                    values = {"report": f"Terminé {self._chance.random()}", "minutes": self._chance.randrange(10**6)}
                    await session.execute(
                        update(BenchJob).where(col(BenchJob.id) == key).values(**values, status="done")
                    )
                await session.execute(
                    insert(BenchJob), [dict(zip(column_names(BenchJob), row, strict=True)) for row in self._new(each)]
                )
                await session.commit()

    def _new(self, many: int) -> list[tuple[Any, ...]]:
        return [make_record(self._chance, BenchJob, self._parents) for _ in range(many)]

    async def _product(self) -> float:
        """The push of a sync: from reading the outbox to keeping the outcomes."""
        report = await self._replica.sync()
        assert report.outcomes == {"applied": self._mutations}, report.outcomes
        return report.seconds["push"]

    async def _floor(self) -> float:
        new = self._new(self._mutations // 2)
        keys = self._chance.sample(self._others, self._mutations - len(new))
        old = await self._testbed.connection.fetch("SELECT * FROM bench.job WHERE id = ANY($1::uuid[])", keys)
        written = [dict(zip(column_names(BenchJob), row, strict=True)) for row in new]
        written += [dict(row) | {"status": "done", "updated_at": utc_now(), "code": uuid4().hex} for row in old]
        columns = [[row[name] for row in written] for name in column_names(BenchJob)]
        start = perf_counter()
        (await self._client.get("/api/v1/health")).raise_for_status()
        await self._testbed.connection.execute(_upsert(), *columns)
        return perf_counter() - start

    async def close(self) -> None:
        await self._client.aclose()

    def make_results(self) -> list[Result]:
        what = f"push of {self._mutations:,} mutations in {self._transactions} local transactions"
        return [self.pairs.make_result("push", what, BAR)]


def _upsert() -> str:
    columns = ", ".join(quote_name(name) for name in column_names(BenchJob))
    types = [column.type.compile(dialect=_DIALECT) for column in BenchJob.__table__.columns]  # type: ignore[attr-defined]
    arrays = ", ".join(f"${i}::{type_}[]" for i, type_ in enumerate(types, 1))
    sets = ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in column_names(BenchJob)[1:])
    return (
        f"INSERT INTO bench.job ({columns}) SELECT * FROM unnest({arrays}) AS t ({columns})"
        f" ON CONFLICT (id) DO UPDATE SET {sets}"
    )
