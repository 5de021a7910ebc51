"""Names that are longer than PostgreSQL allows: SQL Server takes 128 characters, PostgreSQL 63 bytes."""

from collections.abc import Iterable

NAME_BYTES = 63


def truncate_name(name: str, room: int = NAME_BYTES) -> str:
    """The name as PostgreSQL keeps it: its first 63 bytes, never half a character."""
    return name.encode()[:room].decode(errors="ignore")


def versioned_name(name: str, version: int) -> str:
    """The name of a column that comes after another of that name: `Total`, then `Total__2`; 63 bytes as well."""
    suffix = f"__{version}"
    return truncate_name(name, NAME_BYTES - len(suffix)) + suffix


def find_collisions(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of different names that PostgreSQL cannot tell apart."""
    kept: dict[str, str] = {}
    found = []
    for name in names:
        first = kept.setdefault(truncate_name(name), name)
        if first != name:
            found.append((first, name))
    return found
