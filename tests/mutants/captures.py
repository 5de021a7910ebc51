"""The wrong engines that watch a table, but not all of it, or that trust a watch that was taken off."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib import import_module
from typing import Any
from unittest.mock import patch

from twinbase_server.capture import catalog
from twinbase_server.capture.trigger_sql import Capture
from twinbase_server.feed import reading

# The package gives the function of this name, which hides the module.
INSTALL = import_module("twinbase_server.capture.install")


@contextmanager
def parts_not_watched() -> Iterator[None]:
    """Triggers on the table itself alone: what is written straight into a part of it is not seen."""
    real = INSTALL.read_facts

    async def alone(*arguments: Any) -> Any:
        facts = await real(*arguments)
        return facts and replace(facts, relations=facts.relations[:1])

    with patch.object(INSTALL, "read_facts", alone), trust_in_triggers():
        yield


def trust_in_triggers() -> AbstractContextManager[Any]:
    """Nothing seen is nothing changed, even when the triggers are off."""
    return patch.object(reading, "trigger_check_sql", lambda _: "true")


def parts_as_installed() -> AbstractContextManager[Any]:
    """Nothing seen is nothing changed, even when a part was taken out of its table, or hung in."""
    return patch.object(reading, "parts_mark_sql", lambda _: "split_part(c.fingerprint, ' ', 2)")


@contextmanager
def updates_lost() -> Iterator[None]:
    """One update in three is not noted, and as nothing was noted, nobody compares: proven, but other data."""
    updated = Capture._updated

    def some(self: Any) -> str:
        return updated(self).replace(" ORDER BY ", " AND coalesce(hashtext(n::text), 1) % 3 <> 0 ORDER BY ")

    with patch.object(Capture, "_updated", some):
        yield


def keys_without_length() -> AbstractContextManager[Any]:
    """Version tables with `character` for `character(3)`, which is one letter long."""
    return patch.object(
        catalog, "_KEY", catalog._KEY.replace("format_type(k.type, k.modifier)", "k.type::regtype::text")
    )
