"""What people call a row that is on the device: by the caption of its table, as the outbox is titled."""

from typing import Any

from twinbase.caption import HOP, target_of
from twinbase.registry import Registry, Twin
from twinbase.replica import ReplicaSession
from twinbase_presentation.languages import Language


async def title_row(
    session: ReplicaSession, registry: Registry, twin: Twin, key: tuple[Any, ...], language: Language
) -> str:
    """`Part: copper tube 22 mm`; the word alone of a row that is not here any more."""
    caption, row = twin.mirror.caption, await session.get(twin.model, key)
    if caption is None:
        return twin.name
    names = [await _find_text(session, registry, twin, row, path) for path in caption.named_by] if row else []
    name = next((name for name in names if name), "")
    return ": ".join(part for part in (language.say(caption.word), name) if part)


async def _find_text(session: ReplicaSession, registry: Registry, twin: Twin, row: Any, path: str) -> str:
    """The text at the end of a path of foreign keys; "" where it leads to nothing that is here."""
    *hops, last = path.split(HOP)
    for hop in hops:
        target, key = target_of(twin.table.columns[hop]), getattr(row, twin.attribute_of(hop))
        parent = None if target is None else registry.find_by_table(target.table)
        row = None if parent is None or key is None else await session.get(parent.model, key)
        if parent is None or row is None:
            return ""
        twin = parent
    value = getattr(row, twin.attribute_of(last))
    return "" if value is None else " ".join(str(value).split())
