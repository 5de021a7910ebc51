"""The sheets over a report: own phrases, two texts that become one, and why there is none."""

import asyncio
from collections.abc import Callable, Mapping

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.report import ReportPage
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import TintBox, divide, group_title
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.ticks import TickRow
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Language, Route
from twinbase_presentation.paper.files import FOLDER
from twinbase_presentation.screens.phrases import Phrase
from twinbase_presentation.screens.share import share_report
from twinbase_presentation.screens.written_twice import ParagraphSpot, TwiceWritten
from twinbase_presentation.tokens import RADIUS, SPACE, Hue


def find_report(shell: Shell, route: Route) -> ReportPage | None:
    """The page of the report that a sheet is about, read."""
    page = next((page for page in shell.pages.values() if isinstance(page, ReportPage)), None)
    return page if page is not None and page.model.shown is not None and page.model.visit == route.id else None


async def show_phrases(shell: Shell, route: Route) -> None:
    """All own phrases: one is put into the text, or deleted; another one is kept."""
    page = find_report(shell, route)
    if page is None:
        return
    rows: list[Box] = [_make_phrase(shell, page, one) for one in page.model.phrases]
    nothing = EmptyView("text", page.say("None yet. Write a sentence that you use often, and keep it."))

    def keep() -> None:
        shell.close_sheet()
        page.keep_phrase()

    hint = Words(page.say("Kept is what you have selected, or the paragraph you are in."), "small", "text3")
    add = PushButton(page.say("Keep a phrase"), keep, icon="add")
    shell.open_sheet(page.say("Phrases"), *(divide(rows) if rows else [nothing]), hint, add)


def _make_phrase(shell: Shell, page: ReportPage, phrase: Phrase) -> Box:
    def insert() -> None:
        shell.close_sheet()
        page.insert(phrase)

    def delete() -> None:
        shell.close_sheet()
        page.do(page.model.forget_phrase(phrase), "phrase")

    text = ColumnBox(Words(phrase.text, "body"), edges=(0, SPACE.s, 0, SPACE.s))
    use = Touchable(insert, text, name=phrase.text, radius=RADIUS.field)
    return Row(grow(use), IconButton("delete", page.say("Delete the phrase"), delete), gap=SPACE.s)


async def show_merge(shell: Shell, route: Route) -> None:
    """The texts of two people, paragraph by paragraph."""
    page = find_report(shell, route)
    if page is None or page.model.shown is None or page.model.shown.twice is None:
        return

    def keep(chosen: frozenset[ParagraphSpot]) -> None:
        page.model.merge(chosen)
        shell.close_sheet()
        shell.say(page.say("Merged. Read it once more, and save it."))

    twice = page.model.shown.twice
    shell.open_sheet(page.say("Merge"), MergeView(twice, shell.workday.language, keep))


KeepChosen = Callable[[frozenset[ParagraphSpot]], object]


class MergeView(ColumnBox):
    """Each paragraph with a tick; what is ticked becomes the text."""

    def __init__(self, twice: TwiceWritten, language: Language, keep: KeepChosen) -> None:
        self.twice, self.language, self.keep = twice, language, keep
        self.chosen = twice.choose_first()
        super().__init__(*self._make(), gap=SPACE.xs)

    def toggle(self, spot: ParagraphSpot) -> None:
        """Keep a paragraph, or leave it out."""
        self.chosen = self.chosen ^ {spot}
        self.hold(self._make())
        self.change()

    def _make(self) -> list[Box]:
        say = self.language.say
        names = [say("The text that was there first"), say("The text that came after it")]
        parts: list[Box] = [Words(say("What has a tick is kept, in this order."), "small", "text2")]
        for number, paragraphs in enumerate(self.twice.texts):
            parts.append(group_title(names[min(number, 1)]))
            parts += (
                TickRow(text, self._act((number, at)), ticked=(number, at) in self.chosen)
                for at, text in enumerate(paragraphs)
            )
        act = (lambda: self.keep(self.chosen)) if self.chosen else None
        parts.append(PushButton(say("Keep what has a tick"), act, icon="merge", hue="violet", main=True))
        return parts

    def _act(self, spot: ParagraphSpot) -> Act:
        return lambda: self.toggle(spot)


async def show_no_report(shell: Shell, route: Route) -> None:
    """Why there is no report."""
    page = find_report(shell, route)
    if page is None:
        return
    form = await page.model.make_no_report_form()
    title = shell.workday.language.say("No report")
    show_form(shell, page, form, title, lambda: page.model.save_no_report(form), label=page.say("Save"))


async def show_share(shell: Shell, route: Route) -> None:
    """Make the PDF while this says so; it can be stopped, and then nothing is written."""
    assert route.id is not None
    workday, say = shell.workday, shell.workday.language.say
    making = asyncio.ensure_future(share_report(workday, route.id))

    def stop() -> None:
        making.cancel()
        shell.close_sheet()

    said = say("The report is made of what this device holds, and written into this folder:")
    folder = Words(str(workday.documents / FOLDER), "small", "text2")
    button = PushButton(say("Stop"), stop, icon="stop", filling="tonal")
    shell.open_sheet(say("Share the report"), Words(said, "body"), folder, button)
    waiting = shell.sheet
    await asyncio.wait([making])
    if making.cancelled():
        return
    done = making.result()
    if shell.sheet is waiting:
        hue: Hue = "red" if done.fault else "green"
        notice = TintBox("refused" if done.fault else "check", done.fault or done.said, hue=hue)
        shell.open_sheet(say("Share the report"), notice, PushButton(say("Close"), shell.close_sheet, filling="tonal"))
    else:
        shell.say(done.fault or done.said)


REPORT_SHEETS: Mapping[str, OpenSheet] = {
    "phrases": show_phrases,
    "merge": show_merge,
    "no_report": show_no_report,
    "share": show_share,
}
