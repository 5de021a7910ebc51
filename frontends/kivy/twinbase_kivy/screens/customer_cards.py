"""The cards of a customer that list what is known of him: people, contracts, faults, tickets, what was before."""

from collections.abc import Iterator

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.marks import mark_of
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.cards import SectionCard, divide
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.reading import Contract, Earlier
from twinbase_presentation import Route
from twinbase_presentation.screens.customer import CustomerShown, say_contract, say_cover
from twinbase_presentation.screens.visit_commands import make_dialled, open_address
from twinbase_presentation.tokens import SPACE
from twinbase_presentation.words import say_word

HISTORY_SHOWN = 12
NOTES_SHOWN = 8


def make_customer_cards(page: PageView, shown: CustomerShown) -> Iterator[Box | None]:
    """Each that has something to show, what is needed at the door first."""
    facts, language = shown.facts, page.guide.workday.language
    words = [text for text in (facts.notes, facts.technical_sheet) if text]
    if words:
        yield SectionCard("office", page.say("From the office"), *(Words(text, "body", "text2") for text in words))
    yield _people(page, shown)
    yield _listed("contract", page.say("Contracts"), [_contract(one, page) for one in facts.contracts])
    yield _listed(
        "flag",
        page.say("Incidents"),
        [
            LineRow(
                one.caption or one.code,
                "\u00a0· ".join((say_word(language, one.severity), say_word(language, one.status))),
                mark=mark_of(one.mark, language),
            )
            for one in facts.incidents
        ],
    )
    yield _tickets(page, shown)
    yield _history(page, shown)
    yield _notes(page, shown)


def _people(page: PageView, shown: CustomerShown) -> Box | None:
    """Whom to call; a telephone at the right end of who has one."""
    rows: list[Box] = []
    for one in shown.facts.contacts:
        person, number = one.person, one.person.mobile or one.person.phone
        said = "\u00a0· ".join(part for part in (person.function, one.department, number) if part)
        call = (
            IconButton("call", page.say("Call"), _call(page, number), hue="primary") if make_dialled(number) else None
        )
        mark = mark_of(one.mark, page.guide.workday.language)
        rows.append(Row(grow(LineRow(person.name, said, icon="person", mark=mark)), call, gap=SPACE.s))
    return _listed("team", page.say("Contacts"), rows)


def _call(page: PageView, number: str) -> Act:
    return lambda: page.do(open_address(f"tel:{make_dialled(number)}")())


def _contract(one: Contract, page: PageView) -> Box:
    language = page.guide.workday.language
    said = "\n".join(
        part
        for part in (say_contract(one, language, page.guide.workday.today), say_cover(one.covers, language))
        if part
    )
    state = ChipBox("check", page.say("In force"), "green", small=True) if one.in_force else None
    return LineRow(one.caption or one.code, said, end=state)


def _tickets(page: PageView, shown: CustomerShown) -> Box | None:
    """Where a plugin shows tickets, a line leads to it."""
    rows: list[Box] = []
    for one in shown.facts.tickets:
        route = Route("tickets", one.id)
        act = page.open_act(route) if page.guide.knows(route) else None
        rows.append(LineRow(f"#{one.number} {one.subject}".strip(), one.status, act=act))
    return _listed("tickets", page.say("Tickets"), rows)


def _history(page: PageView, shown: CustomerShown) -> Box | None:
    rows = [_earlier(one, page) for one in shown.facts.history]
    more = len(rows) - HISTORY_SHOWN
    left = page.guide.workday.language.count("{n} older visit", "{n} older visits", more) if more > 0 else ""
    shown_rows = [*rows[:HISTORY_SHOWN], *([Words(left, "small", "text3")] if left else [])]
    return _listed("history", page.say("Earlier visits"), shown_rows, len(rows))


def _earlier(one: Earlier, page: PageView) -> Box:
    language = page.guide.workday.language
    when = language.format_date(one.start.date()) if one.start else ""
    who = "\u00a0· ".join(part for part in (when, one.by, say_word(language, one.status)) if part)
    said = "\n".join(part for part in (who, _shorten(one.report)) if part)
    return LineRow(one.title or one.number, said, act=page.open_act(Route("visit", one.id)))


def _shorten(text: str, most: int = 160) -> str:
    """The beginning of a report: all of it is on its visit."""
    return text if len(text) <= most else f"{text[:most].rstrip()}…"


def _notes(page: PageView, shown: CustomerShown) -> Box | None:
    language, rows = page.guide.workday.language, []
    for one in shown.facts.timeline[:NOTES_SHOWN]:
        when = language.format_date(one.occurred_at.date()) if one.occurred_at else ""
        sub = "\u00a0· ".join(part for part in (one.author, when) if part)
        head = Words(one.title, "label", "text2") if one.title and one.body else None
        line = LineRow(one.body or one.title, sub, mark=mark_of(one.mark, language))
        rows.append(ColumnBox(head, line, gap=0, edges=(0, SPACE.xs, 0, 0)))
    return _listed("text", page.say("Notes"), rows, len(shown.facts.timeline))


def _listed(icon: str, title: str, rows: list[Box], count: int = 0) -> Box | None:
    return SectionCard(icon, title, *divide(rows), count=str(count or len(rows))) if rows else None
