"""Names in a device's file: the tables that the engine keeps beside each twin, quoted, ready for a statement."""

from collections.abc import Sequence


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def named(names: Sequence[str], prefix: str = "") -> str:
    """Quoted names, comma-separated."""
    return ", ".join(prefix + quoted(name) for name in names)


def meta_table(twin: str) -> str:
    return quoted(f"_twinbase_meta_{twin}")


def image_table(twin: str) -> str:
    return quoted(f"_twinbase_image_{twin}")


def change_table(twin: str) -> str:
    return quoted(f"_twinbase_change_{twin}")


def read_table(twin: str) -> str:
    """What a person read before he wrote, where the server's row has moved on since (H29)."""
    return quoted(f"_twinbase_read_{twin}")
