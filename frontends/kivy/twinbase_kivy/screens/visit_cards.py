"""The cards of a visit that list something: measures, parts, photos, notes, people, what was before."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.marks import mark_of
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import SectionCard, divide
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_mobile.reading import Checklist, Item
from twinbase_mobile.rules import Judgement
from twinbase_presentation import Route
from twinbase_presentation.languages import later
from twinbase_presentation.screens.visit import VisitShown
from twinbase_presentation.tokens import SPACE, Hue
from twinbase_presentation.words import say_word

HISTORY_SHOWN = 3
JUDGED: Mapping[Judgement, tuple[Hue, str]] = {
    Judgement.ABNORMAL: ("amber", later("Abnormal")),
    Judgement.DANGER: ("red", later("Danger")),
}


def make_checklist_card(page: PageView, shown: VisitShown) -> Box | None:
    """What was measured and what it means; the whole list is on a screen of its own."""
    lists = shown.job.checklists
    count = f"{sum(one.answered for one in lists)}\u00a0/\u00a0{sum(len(one.items) for one in lists)}"
    rows = [row for one in lists for row in _answered(one, page)]
    route = Route("visit", shown.job.visit.id, "checklist")
    opens = page.guide.knows(route) and not shown.is_read_only
    act = PushButton(page.say("Open it"), page.open_act(route), filling="tonal", small=True) if opens else None
    return SectionCard("checklist", page.say("Checklist"), *divide(rows), act, count=count)


def _answered(checklist: Checklist, page: PageView) -> list[Box]:
    """What has an answer, and what has to have one."""
    return [_item_row(item, page) for item in checklist.items if item.value is not None or item.required]


def _item_row(item: Item, page: PageView) -> Box:
    hue, word = JUDGED.get(item.judgement, (None, ""))
    value = say_answer(item, page)
    said = page.say(word) if word else "" if value else page.say("Still missing")
    return LineRow(
        item.label,
        said,
        sub_colour=hue or "text3",
        mark=mark_of(item.mark, page.guide.workday.language),
        end=ChipBox("warning" if hue else "", value, hue or "grey") if value else None,
    )


def say_answer(item: Item, page: PageView) -> str:
    """An answer as people write it, with its unit."""
    language = page.guide.workday.language
    if item.value is None:
        return ""
    if isinstance(item.value, bool):
        return language.say("Yes") if item.value else language.say("No")
    if isinstance(item.value, Decimal):
        return f"{language.format_number(item.value)}\u00a0{item.unit}".rstrip("\u00a0")
    return str(item.value)


def make_parts_card(page: PageView, shown: VisitShown) -> Box | None:
    """What was fitted, from where, how many."""
    language = page.guide.workday.language
    rows: list[Box] = [
        LineRow(
            part.label or part.code,
            "\u00a0· ".join(text for text in (part.code, part.storehouse, part.serial_number) if text),
            mark=mark_of(part.mark, language),
            figure=f"{language.format_number(part.quantity)}\u00a0{part.unit}".rstrip("\u00a0"),
        )
        for part in shown.job.parts
    ]
    route = Route("visit", shown.job.visit.id, "parts")
    opens = page.guide.knows(route) and not shown.is_read_only
    add = IconButton("add", page.say("Add a part"), page.open_act(route), hue="primary") if opens else None
    if not rows and not opens:
        return None
    nothing = None if rows else Words(page.say("No part yet."), "body", "text3")
    return SectionCard("parts", page.say("Parts used"), *divide(rows), nothing, act=add)


def make_written_cards() -> dict[str, Callable[[Any, VisitShown], Box | None]]:
    """Of what was written, drawn or photographed."""
    return {"report": _report, "signature": _signatures, "photos": _photos, "notes": _notes, "deliveries": _deliveries}


def make_people_cards() -> dict[str, Callable[[Any, VisitShown], Box | None]]:
    """Of appliances, people, papers, and visits before this one."""
    return {"equipment": _equipment, "team": _team, "contract": _papers, "history": _history, "files": _files}


def _report(page: PageView, shown: VisitShown) -> Box | None:
    text = shown.job.report or shown.job.no_report_reason
    return SectionCard("report", page.say("Report"), Words(text, "body", "text2"))


def _signatures(page: PageView, shown: VisitShown) -> Box | None:
    language = page.guide.workday.language
    rows: list[Box] = [
        LineRow(
            one.signer_name or say_word(language, one.role),
            one.refusal_reason if one.refused else one.signer_quality,
            icon="refused" if one.refused else "sign",
            icon_colour="red" if one.refused else "text2",
            mark=mark_of(one.mark, language),
        )
        for one in shown.job.signatures
    ]
    return SectionCard("sign", page.say("Signature"), *divide(rows))


def _photos(page: PageView, shown: VisitShown) -> Box | None:
    """Pictures are on a screen of their own; here, which there are."""
    language = page.guide.workday.language
    route = Route("visit", shown.job.visit.id, "photos")
    opens = page.open_act(route) if page.guide.knows(route) else None
    rows: list[Box] = [
        LineRow(
            one.caption or say_word(language, one.phase),
            say_word(language, one.phase) if one.caption else "",
            act=opens,
            icon="photo",
            mark=mark_of(one.mark, language),
            figure=language.format_time(one.taken_at) if one.taken_at else "",
            figure_colour="text3",
        )
        for one in shown.job.photos
    ]
    if not rows and shown.is_read_only:
        return None
    add = IconButton("add", page.say("Add a photo"), opens, hue="primary") if opens and not shown.is_read_only else None
    nothing = None if rows else Words(page.say("No photo yet."), "body", "text3")
    return SectionCard("photo", page.say("Photos"), *divide(rows), nothing, act=add)


def _notes(page: PageView, shown: VisitShown) -> Box | None:
    """What colleagues are to know; one is added as long as the visit is open."""
    route = Route("visit", shown.job.visit.id, "notes")
    opens = page.guide.knows(route) and not shown.is_read_only
    rows: list[Box] = [
        LineRow(one.body or one.title, one.author, mark=mark_of(one.mark, page.guide.workday.language))
        for one in shown.job.notes
    ]
    if not rows and not opens:
        return None
    add = IconButton("add", page.say("Add a note"), page.open_act(route), hue="primary") if opens else None
    nothing = None if rows else Words(page.say("No note yet."), "body", "text3")
    return SectionCard("text", page.say("Notes"), *divide(rows), nothing, act=add)


def _deliveries(page: PageView, shown: VisitShown) -> Box | None:
    """What became of its rows in other systems."""
    rows: list[Box] = [LineRow(one.said or one.state, one.destination, icon="send") for one in shown.job.deliveries]
    return SectionCard("send", page.say("Handed over"), *divide(rows))


def _equipment(page: PageView, shown: VisitShown) -> Box | None:
    """A touch on one shows all that is known of it; one that nobody has noted is added."""
    rows: list[Box] = []
    for one in shown.job.appliances:
        route = Route("equipment", one.equipment_id)
        said = "\u00a0· ".join(text for text in (one.serial_number, one.location_in_site) if text)
        act = page.open_act(route) if one.equipment_id is not None and page.guide.knows(route) else None
        rows.append(LineRow(one.caption, said, act=act, mark=mark_of(one.mark, page.guide.workday.language)))
    new = Route("visit", shown.job.visit.id, "new_equipment")
    may = page.guide.knows(new) and not shown.is_read_only
    add = IconButton("add", page.say("New equipment"), page.open_act(new), hue="primary") if may else None
    return SectionCard("appliance", page.say("Equipment"), *divide(rows), act=add)


def _team(page: PageView, shown: VisitShown) -> Box | None:
    rows: list[Box] = [LineRow(one.name, say_role(one.role, page), icon="person") for one in shown.job.team]
    return SectionCard("team", page.say("Team"), *divide(rows))


def say_role(role: object, page: PageView) -> str:
    """Who leads, in words; nobody is told that he only goes along."""
    return page.say("Leads the visit") if str(role) == "lead" else ""


def _papers(page: PageView, shown: VisitShown) -> Box | None:
    job = shown.job
    found = [("contract", job.contract), ("project", job.project), ("flag", job.incident)]
    rows: list[Box] = [LineRow(one.caption or one.code, one.code, icon=icon) for icon, one in found if one is not None]
    rows += [LineRow(one.caption, one.code, icon="tickets") for one in job.tickets]
    return SectionCard("contract", page.say("Belongs to"), *divide(rows))


def _history(page: PageView, shown: VisitShown) -> Box | None:
    language = page.guide.workday.language
    rows: list[Box] = [
        ColumnBox(
            Row(
                grow(Words(one.title or one.number, "body", lines_max=2)),
                Words(language.format_date(one.start.date()) if one.start else "", "small", "text3"),
                gap=SPACE.s,
            ),
            Words(one.report, "small", "text3", lines_max=2) if one.report else None,
            gap=2,
        )
        for one in shown.job.history[:HISTORY_SHOWN]
    ]
    return SectionCard("history", page.say("Earlier visits"), *divide(rows), count=str(len(shown.job.history)))


def _files(page: PageView, shown: VisitShown) -> Box | None:
    rows: list[Box] = [
        Row(IconMark("file", "text2"), grow(Words(one.name, "body", lines_max=2)), gap=SPACE.m)
        for one in shown.job.files
    ]
    return SectionCard("file", page.say("Files"), *divide(rows))
