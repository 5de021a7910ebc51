"""The report of a visit: a text as high as the screen; on a wide one, what helps to write it stands beside it."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import FixedWidth, leave_parent
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import CardBox, SectionCard, TintBox, divide
from twinbase_kivy.widgets.notices import EmptyView, SkeletonBars
from twinbase_kivy.widgets.paper import PaperField
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Form, Route
from twinbase_presentation.screens.phrases import Phrase
from twinbase_presentation.screens.report import ReportModel, ReportShown
from twinbase_presentation.tokens import SPACE

SIDE_DP, PHRASES_SHOWN = 400, 6


class ReportPage(PageView):
    """S10. The field is the same as long as the page is there: who types keeps his place."""

    model: ReportModel

    def __init__(self, model: ReportModel, guide: Guide, *, has_back: bool = False) -> None:
        self.paper: PaperField | None = None
        self._kept = Words("", "small", "amber")
        self._heard: Form | None = None
        super().__init__(model, guide, has_back=has_back)

    def make_head(self) -> Box:
        shown = self.model.shown
        sub = "\u00a0· ".join(part for part in (shown.number, shown.title) if part) if shown else ""
        leave_parent(self._kept)
        self._say_kept()
        return self.title_bar(self.model.title, sub, self._kept)

    def make_body(self) -> Sequence[Box | None]:
        shown, form = self.model.shown, self.model.form
        if shown is None:
            return [EmptyView("report", self.say("This job is no longer on this device."))]
        if shown.is_read_only:
            return [*self._make_closed(shown)]
        if form is None:
            return [SkeletonBars()]
        self._hear(form)
        paper = self._make_paper(form)
        notices = [TwiceCard(self) if shown.twice else None, self._say_reason(shown), self._say_signed(shown)]
        if not self.guide.is_wide:
            return [*notices, paper]
        side = ColumnBox(*self._make_side(shown), gap=SPACE.m)
        return [*notices, grow(Row(grow(paper), FixedWidth(side, SIDE_DP), gap=SPACE.l, side="fill"))]

    def make_foot(self) -> Box | None:
        save = self.find_command("save")
        if save is None or self.model.form is None or self.model.shown is None:
            return None
        lacks = not self.model.form.find("report").text.strip()
        no_report = self._make_act("no_report", self.say("No report"), "block") if lacks else None
        acts = Wrap(
            None if self.guide.is_wide else self._make_act("phrases", self.say("Phrases"), "text"),
            no_report,
            IconButton("undo", self.say("Undo"), self._undo, hue="primary"),
            gap=SPACE.xs,
        )
        button = self.command_button(save, main=True)
        if self.guide.is_wide:
            return Row(grow(acts), FixedWidth(button, SIDE_DP), gap=SPACE.l)
        return ColumnBox(acts, button, gap=SPACE.s)

    def press_key(self, said: str) -> bool:
        """Ctrl and B: the phrases."""
        if said == "ctrl+b" and self.model.shown is not None and not self.model.shown.is_read_only:
            self.guide.go(Route("visit", self.model.visit, "phrases"))
            return True
        return False

    def insert(self, phrase: Phrase) -> None:
        """Put a phrase into the text, where the cursor is."""
        if self.paper is not None:
            self.paper.insert(phrase.text)
            self.guide.workday.spawn(self.model.use_phrase(phrase))

    def keep_phrase(self) -> None:
        """Keep what is selected, or the paragraph of the cursor, for other reports."""
        if self.paper is not None:
            self.do(self.model.keep_phrase(self.paper.find_chosen()), "phrase")

    def _make_act(self, place: str, label: str, icon: str) -> Box:
        act = self.open_act(Route("visit", self.model.visit, place))
        return PushButton(label, act, icon=icon, filling="tonal", small=True)

    def _make_paper(self, form: Form) -> PaperField:
        if self.paper is None:
            self.paper = PaperField(self.say("What was done"), form.find("report").text, self._type)
        leave_parent(self.paper)
        return self.paper

    def _type(self, text: str) -> None:
        if self.model.form is not None:
            self.model.form.fill("report", text)

    def _undo(self) -> None:
        if self.paper is not None:
            self.paper.undo()

    def _hear(self, form: Form) -> None:
        """The field follows the form: a text that was merged, or was saved on another device."""
        if self._heard is not form:
            self._heard = form
            form.observe(self._note_form)

    def _note_form(self) -> None:
        form = self.model.form
        if form is None or self.paper is None:
            return
        self.paper.show(form.find("report").text)
        self._say_kept()

    def _say_kept(self) -> None:
        """That what is typed is in the file, and is no report yet. Nothing while it is not."""
        form = self.model.form
        is_kept = form is not None and form.is_draft and form.is_kept
        self._kept.say(self.say("Draft kept") if is_kept else "")

    def _make_closed(self, shown: ReportShown) -> Sequence[Box]:
        closed = TintBox("lock", self.say("The visit is done: ask the office to open it again."), hue="grey")
        text = shown.report or shown.no_report_reason or self.say("There is no report.")
        return [closed, CardBox(Words(text, "body", "text"))]

    def _say_reason(self, shown: ReportShown) -> Box | None:
        if not shown.no_report_reason:
            return None
        said = self.say("No report: {why}").format(why=shown.no_report_reason)
        return TintBox("info", said, hue="grey")

    def _say_signed(self, shown: ReportShown) -> Box | None:
        if not shown.is_signed:
            return None
        said = self.say("The customer has signed. What you change now was not signed.")
        return TintBox("sign", said, hue="amber")

    def _make_side(self, shown: ReportShown) -> list[Box | None]:
        language = self.guide.workday.language
        last = shown.last
        when = language.format_date(last.start.date()) if last is not None and last.start is not None else ""
        missing: list[Box] = [
            Row(IconMark("open_circle", "outline", 20), grow(Words(one, "small")), gap=SPACE.s) for one in shown.missing
        ]
        return [
            make_phrases_card(self),
            SectionCard("history", self.say("Last report here"), Words(last.report, "small", "text2"), count=when)
            if last
            else None,
            SectionCard("before_finish", self.say("Before you finish"), *missing) if missing else None,
        ]


class TwiceCard(CardBox):
    """Two people wrote it: both texts are there, and somebody makes one of them."""

    def __init__(self, page: ReportPage) -> None:
        merge = page.open_act(Route("visit", page.model.visit, "merge"))
        super().__init__(
            Row(
                IconMark("conflict", "violet"),
                grow(Words(page.say("Two people wrote this report. Both texts are kept."), "small")),
                gap=SPACE.m,
            ),
            PushButton(page.say("Merge"), merge, icon="merge", filling="tonal", hue="violet", small=True),
            hue="violet",
        )


def make_phrases_card(page: ReportPage) -> Box:
    """The own phrases, and how another one is kept."""
    phrases = page.model.phrases
    rows: list[Box] = [PhraseRow(one, page) for one in phrases[:PHRASES_SHOWN]]
    nothing = page.say("None yet. Write a sentence that you use often, and keep it.")
    more = page.open_act(Route("visit", page.model.visit, "phrases"))
    return SectionCard(
        "text",
        page.say("Phrases"),
        *(divide(rows) if rows else [Words(nothing, "small", "text3")]),
        PushButton(page.say("Keep a phrase"), page.keep_phrase, icon="add", filling="tonal", small=True),
        act=IconButton("open", page.say("All phrases"), more) if rows else None,
    )


class PhraseRow(LineRow):
    """A phrase: a touch puts it into the text."""

    def __init__(self, phrase: Phrase, page: ReportPage) -> None:
        super().__init__(phrase.text, phrase.visit_type, act=lambda: page.insert(phrase))
