"""How much PostgreSQL holds of what is remembered for an age, and whether that is more than it should be."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from twinbase_server.database.connection import Connection
from twinbase_server.database.forgetting import measure_history
from twinbase_server.settings import Settings

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class HistorySize:
    """Bytes of each table, and the limit that is set (0: none)."""

    bytes: int
    limit: int
    tables: Mapping[str, int]

    @property
    def is_passed(self) -> bool:
        """Whether it takes more than the limit: what is as young as the other settings say is kept all the same."""
        return 0 < self.limit < self.bytes

    def __str__(self) -> str:
        said = f"History: {self.bytes / MEGABYTE:.1f} MB"
        parts = ", ".join(f"{name} {size / MEGABYTE:.1f}" for name, size in self.tables.items())
        if not self.is_passed:
            return f"{said} ({parts})"
        return (
            f"{said} ({parts}), more than TWINBASE_HISTORY_BYTES_MAX, {self.limit / MEGABYTE:.1f} MB. What is older"
            " than its days goes, hour by hour; what is younger stays: shorten the days, or raise the limit."
        )


async def read_history_size(connection: Connection, url: str) -> HistorySize:
    """The size as it is, and the limit as the environment has it."""
    limit = Settings(database_url=SecretStr(url)).history_bytes_max
    tables = await measure_history(connection)
    return HistorySize(sum(tables.values()), limit, dict(sorted(tables.items())))
