"""A plugin from outside the repository brings a screen, a card and an action; and so does NinjaOne's."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.docs.page_blocks import executes, find_blocks
from tests.presentation.phone import ME, Phone, ident, paris, visit

import twinbase_ninjaone
from twinbase import Plugins
from twinbase.screens import EmptyBlock, FactsBlock, LinesBlock, ListedLine, PlaceRef, ScreenQuery, WarnBlock
from twinbase_mobile.tables import Ticket, TicketComment
from twinbase_presentation import Route, load_language
from twinbase_presentation.plugin_screens import PluginScreens

CLAIMS = {"colleague_id": str(ME)}
VISIT = ident(1001)
PAGE = find_blocks("docs/how-to/screens-of-a-plugin.md", "python")
CABLE = """
from twinbase import hookimpl
from twinbase.screens import CardSpec


async def break_down(desk, visit):
    raise RuntimeError("the cable is out")


@hookimpl
def twinbase_screens():
    yield CardSpec("visit", "cable", "Cable", "bolt", break_down, order=900)
"""


@pytest.fixture
def meters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The plugin of the page, in a folder of its own, far from the repository."""
    (tmp_path / "plugin_of_meters.py").write_text("".join(block.take() for block in PAGE))
    monkeypatch.syspath_prepend(tmp_path)
    import plugin_of_meters  # type: ignore[import-not-found]

    yield plugin_of_meters
    del sys.modules["plugin_of_meters"]


def screens_of(phone: Phone, *plugins: object) -> PluginScreens:
    return PluginScreens(phone.workday, Plugins("mobile", *plugins), CLAIMS)


@executes(*PAGE)
async def test_a_plugin_from_elsewhere_brings_a_screen_a_card_and_an_action(phone: Phone, meters: ModuleType) -> None:
    await phone.give(visit(1, paris(10, 10)))
    screens = screens_of(phone, meters)
    assert [(one.id, one.title, one.icon) for one in screens.screens] == [("meters", "Meters", "bolt")]
    page = await screens.load_screen("meters", ScreenQuery())
    assert (page.title, list(page.blocks), page.total) == ("Meters", [LinesBlock(())], 0)

    (command,) = screens.make_commands("visit", VISIT, {"status": "planned"})
    assert (command.label, command.key) == ("Read the meter", "m")
    assert (await command.run()).go == Route("action", VISIT, "read_meter")
    form = screens.make_form("read_meter", VISIT)
    await form.load()
    assert (await screens.run("read_meter", VISIT, form)).fault == "Correct what is marked."
    form.fill("value", "-3")
    assert (await screens.run("read_meter", VISIT, form)).fault == "A meter counts forwards."
    form.fill("value", "4210,5")
    assert (await screens.run("read_meter", VISIT, form)).said == "Kept."
    assert await phone.sql("SELECT body FROM intervention_notes") == [("4210.5 kWh",)]
    found = await screens.load_screen("meters", ScreenQuery("4210"))
    assert list(found.blocks) == [LinesBlock((ListedLine("4210.5 kWh", to=PlaceRef("visit", VISIT)),))]
    assert (await screens.load_screen("meters", ScreenQuery("999"))).total == 0
    assert screens.make_commands("visit", VISIT, {"status": "done"}) == ()


async def test_a_card_that_fails_says_so_and_the_others_are_there(phone: Phone, meters: ModuleType) -> None:
    await phone.give(visit(1, paris(10, 10)))
    cable = ModuleType("plugin_of_a_cable")
    exec(CABLE, cable.__dict__)
    screens = screens_of(phone, meters, cable)
    (broken,) = await screens.load_cards("visit", VISIT)
    assert broken.spec.id == "cable"
    assert list(broken.card.blocks) == [WarnBlock("warning", "A module failed: plugin_of_a_cable. the cable is out")]
    await phone.workday.runner.write(lambda session: _note(session))
    cards = await screens.load_cards("visit", VISIT)
    assert [(one.spec.title, one.card.count) for one in cards] == [("Meters", 1), ("Cable", None)]


async def _note(session: object) -> None:
    from twinbase_mobile.tables import InterventionNote

    session.add(InterventionNote(intervention_id=VISIT, title="meter", body="12 kWh"))  # type: ignore[attr-defined]


async def test_a_plugin_whose_hook_fails_takes_no_other_with_it(phone: Phone, meters: ModuleType) -> None:
    broken = ModuleType("broken")
    exec("from twinbase import hookimpl\n@hookimpl\ndef twinbase_screens():\n    return [1]\n", broken.__dict__)
    screens = screens_of(phone, broken, meters)
    assert [one.id for one in screens.screens] == ["meters"]
    assert list(screens.broken) == ["broken"] and "brings an int" in screens.broken["broken"]


async def test_it_speaks_the_language_of_the_device(phone: Phone, meters: ModuleType) -> None:
    phone.workday.language = load_language("fr")
    assert [one.title for one in screens_of(phone, meters, twinbase_ninjaone).screens] == ["Tickets", "Compteurs"]


async def test_the_tickets_of_ninjaone_come_that_way(phone: Phone) -> None:
    await phone.give(
        visit(1, paris(10, 10), title="Replace the server"),
        Ticket(id=ident(201), number=1, subject="Printer", priority="LOW", assignee_id=ME, opened_at=paris(1, 8)),
        Ticket(
            id=ident(202), number=2, subject="Server down", priority="HIGH", status_name="Open", intervention_id=VISIT,
            opened_at=paris(2, 8),
        ),
        TicketComment(id=ident(301), ticket_id=ident(202), body="Since today", created_at_source=paris(2, 9)),
    )  # fmt: skip
    screens = screens_of(phone, twinbase_ninjaone)
    assert titles(await screens.load_screen("tickets", ScreenQuery())) == ["#2 Server down", "#1 Printer"]
    assert titles(await screens.load_screen("tickets", ScreenQuery(filters=frozenset({"mine"})))) == ["#1 Printer"]
    page = await screens.load_screen("tickets", ScreenQuery("nothing like it"))
    assert list(page.blocks) == [EmptyBlock("No ticket is open.")]
    (card,) = await screens.load_cards("visit", VISIT)
    assert (card.card.count, await screens.load_cards("visit", ident(5))) == (1, ())

    (comment,) = screens.make_commands("screen", ident(202), {}, screen="tickets")
    assert comment.is_main and screens.make_commands("screen", ident(202), {}, screen="other") == ()
    form = screens.make_form("comment", ident(202))
    await form.load()
    form.fill("body", "Disk replaced")
    form.fill("minutes", "30")
    done = await screens.run("comment", ident(202), form)
    assert (done.said, done.go) == ("Comment kept. It is sent as soon as possible.", Route("tickets", ident(202)))
    assert await phone.sql("SELECT body, minutes, public FROM ticket_comments WHERE minutes IS NOT NULL") == [
        ("Disk replaced", 30, 0)
    ]
    sheet = await screens.load_detail("tickets", ident(202))
    facts, job, comments = sheet.blocks
    assert sheet.title == "#2 Server down" and isinstance(facts, FactsBlock) and facts.facts["Status"] == "Open"
    assert isinstance(job, LinesBlock) and job.lines[0].to == PlaceRef("visit", VISIT)
    assert isinstance(comments, LinesBlock)
    assert [(line.title, line.mark) for line in comments.lines] == [("Since today", ""), ("Disk replaced", "pending")]


def titles(page: object) -> list[str]:
    (block,) = page.blocks  # type: ignore[attr-defined]
    return [line.title for line in block.lines]


def test_every_text_of_ninjaones_screens_is_said_in_french() -> None:
    from twinbase_ninjaone.screens import texts, tickets

    source = Path(tickets.__file__).read_text()
    assert [text for text in texts.FRENCH if f'"{text}"' not in source] == []
    assert len(texts.FRENCH) > 10
