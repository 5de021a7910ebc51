"""Names in a device's file: the tables that the engine keeps beside each twin, quoted, ready for a statement."""

from twinbase.quoting import quote_name


def meta_table(twin: str) -> str:
    return quote_name(f"_twinbase_meta_{twin}")


def image_table(twin: str) -> str:
    return quote_name(f"_twinbase_image_{twin}")


def changes_table(twin: str) -> str:
    return quote_name(f"_twinbase_change_{twin}")


def reads_table(twin: str) -> str:
    """What a person read before he wrote, where the server's row has moved on since (H29)."""
    return quote_name(f"_twinbase_read_{twin}")
