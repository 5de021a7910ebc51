"""Names of people, as lists show them."""

from collections.abc import Mapping
from typing import Any


def full_name(row: Mapping[Any, Any], prefix: str = "") -> str:
    """First and last name, whichever there are."""
    names = (row[f"{prefix}first_name"], row[f"{prefix}last_name"])
    return " ".join(name for name in names if name)
