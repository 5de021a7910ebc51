"""What people call a row that is on the device, and an edit that is not sent: by the caption of its table."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from twinbase.caption import HOP, target_of
from twinbase.registry import Registry, Twin
from twinbase.replica import ReplicaSession, UnsentEdit
from twinbase_mobile.rules.checklists import items_of
from twinbase_mobile.tables import ChecklistAnswer, ChecklistTemplate
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
    return join_title(language, caption.word, name)


async def name_edits(
    session: ReplicaSession, unsent: Iterable[UnsentEdit], language: Language, *, about: bool = True
) -> Mapping[UUID, str]:
    """A title for each edit: `Hours: Wed, Jun 10 (Roy)`. `about`: whose it is, too."""
    return {one.edit.id: await _name_edit(session, one, language, about=about) for one in unsent}


def join_title(language: Language, word: str, name: str) -> str:
    """`Part: copper tube`; the word alone where there is no name. Other languages have a space before the colon."""
    return language.say("{kind}: {name}", kind=language.say(word), name=name) if name else language.say(word)


async def _name_edit(session: ReplicaSession, one: UnsentEdit, language: Language, *, about: bool) -> str:
    name = one.caption
    if one.edit.twin == "checklist_answers":
        name = await _find_question(session, one) or name
    title = join_title(language, one.word, _say_day(name, language))
    return f"{title} ({one.about})" if about and one.about else title


async def _find_question(session: ReplicaSession, one: UnsentEdit) -> str:
    """What an answer answers: its row names it by a key that is for programs. "" where the question is not here."""
    row: Any = await session.get(ChecklistAnswer, one.edit.key)
    key = one.edit.new.get("item_key") or (row.item_key if row else None)
    id_ = one.edit.new.get("template_id") or (row.template_id if row else None)
    template = await session.get(ChecklistTemplate, id_) if id_ else None
    return next((item.get("label") or "" for item in items_of(template) if item["key"] == key), "") if template else ""


def _say_day(name: str, language: Language) -> str:
    """A line of hours is called by its day, which a caption has as it is stored."""
    try:
        return language.format_day(date.fromisoformat(name)) if len(name) == len("2026-06-10") else name
    except ValueError:
        return name


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
