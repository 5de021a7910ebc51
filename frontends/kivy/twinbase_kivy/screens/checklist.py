"""A checklist: a question on each card, a pad for figures under the thumb, what an answer means in words below it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap
from twinbase_kivy.marks import mark_of
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import FixedWidth, leave_parent
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.answers import (
    FigureField,
    QuestionCard,
    find_decimal_mark,
    make_choices,
    make_yes_and_no,
    write_figure,
)
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import group_title
from twinbase_kivy.widgets.fields import InputField
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.numberpad import NumberPad
from twinbase_mobile.reading import Checklist, Item
from twinbase_presentation import Done, Route
from twinbase_presentation.form import PAUSE_SECONDS
from twinbase_presentation.screens.checklist import ChecklistModel
from twinbase_presentation.timing import Planned
from twinbase_presentation.tokens import SPACE, Hue

PAD_DP, LOW_DP = 400, 720
QuestionPlace = tuple[UUID | None, str]


class ChecklistPage(PageView):
    """S07. `active`: the question that the pad and the keys answer; what is typed is saved when the typing pauses."""

    model: ChecklistModel
    active: QuestionPlace | None = None

    def __init__(self, model: ChecklistModel, guide: Guide, *, has_back: bool = False) -> None:
        self._cards: dict[QuestionPlace, QuestionCard] = {}
        self._texts: dict[QuestionPlace, InputField] = {}
        self._typed: dict[QuestionPlace, str] = {}
        self._planned: Planned | None = None
        self._pad: NumberPad | None = None
        self._has_begun = False
        super().__init__(model, guide, has_back=has_back)

    def close(self) -> None:
        """It is left: what was typed last is saved."""
        self._save_typed()
        super().close()

    def draw(self) -> None:
        had_begun = self._has_begun
        super().draw()
        if self._has_begun and not had_begun:
            self._reveal()

    def make_head(self) -> Box:
        shown = self.model.shown
        if shown is None:
            return self.title_bar(self.model.title)
        done, all_ = shown.progress
        names = {shown.names.get(one.equipment_id, "") for one in shown.checklists} - {""}
        parts = [f"{done}\u00a0/\u00a0{all_}" if all_ else "", names.pop() if len(names) == 1 else ""]
        return self.title_bar(self.model.title, "\u00a0· ".join(part for part in parts if part))

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        if shown is None or not shown.checklists:
            return [EmptyView("checklist", self.say("This visit has no checklist."))]
        if not self._has_begun:
            self._has_begun = True
            self.active = None if shown.is_read_only else self.model.find_next()
        self._cards.clear()
        closed = EmptyView("lock", self.say("The visit is done: ask the office to open it again."))
        return [closed if shown.is_read_only else None, *(part for one in shown.checklists for part in self._list(one))]

    def make_foot(self) -> Box | None:
        shown = self.model.shown
        self._pad = None
        if shown is None or shown.is_read_only or not shown.checklists:
            return None
        item = self._find_item(self.active)
        if item is not None and item.kind == "number":
            self._pad = self._make_pad(item)
        parts = ColumnBox(self._pad, self._make_next(), gap=SPACE.s)
        return Row(Gap(grows=True), FixedWidth(parts, PAD_DP), Gap(grows=True)) if self.guide.is_wide else parts

    def press_key(self, said: str) -> bool:
        """Figures into the pad, yes and no, and Enter for the next question."""
        item = self._find_item(self.active)
        if said == "enter":
            self.go_next()
        elif item is not None and item.kind == "bool" and said in ("o", "y", "n"):
            self._answer(item, said != "n")
        elif self._pad is not None and said == "erase":
            self._pad.erase_last()
        elif self._pad is not None and (said.isdigit() or said in (",", ".")):
            self._pad.write(said if said.isdigit() else find_decimal_mark(self.guide.workday.language))
        else:
            return False
        return True

    def list_keys(self) -> Sequence[tuple[str, str]]:
        return ("o / n", self.say("Yes, and no")), ("enter", self.say("Next question"))

    def go_next(self) -> None:
        """Save what is typed, and answer the next question that lacks; back to the visit where none does."""
        self._save_typed()
        following = self.model.find_next(self.active)
        if following is None or following == self.active:
            self.guide.go_back()
        else:
            self.open_question(following)

    def open_question(self, place: QuestionPlace) -> None:
        """Answer this question from now on, and see it."""
        self._save_typed()
        self.active = place
        self.redraw()
        self._reveal()

    def _reveal(self) -> None:
        if self.active in self._cards and self.width > 1:
            self.scroller.reveal(self._cards[self.active])

    def _list(self, checklist: Checklist) -> list[Box]:
        shown = self.model.shown
        assert shown is not None
        cards: list[Box] = []
        for item in checklist.items:
            place = (checklist.equipment_id, item.key)
            card = self._cards[place] = self._make_card(place, item)
            self._show(place, item)
            cards.append(card)
        name = shown.names.get(checklist.equipment_id, "") or checklist.title
        return [group_title(name) if len(shown.checklists) > 1 else None, *cards]  # type: ignore[list-item]

    def _make_card(self, place: QuestionPlace, item: Item) -> QuestionCard:
        mark = mark_of(item.mark, self.guide.workday.language)
        verdict = self.model.judge(item, item.value)
        is_active = place == self.active
        return QuestionCard(item, mark, verdict, active=is_active, fault=self.faults.get(item.key, ""))

    def _show(self, place: QuestionPlace, item: Item) -> None:
        """The answer as it stands, or as it is being typed."""
        value = self._read_typed(place, item)
        verdict = self.model.judge(item, value)
        hue: Hue = verdict.tone if verdict.sentence else "green"
        answer = self._make_answer(place, item, hue, is_judged=bool(verdict.sentence))
        self._cards[place].show(answer, verdict, self._make_report() if verdict.tone == "red" else None)

    def _make_report(self) -> Box:
        """What is dangerous is reported: the request knows the answers, so what is typed is written before."""
        report = lambda: self.do(self._report(), "incident")  # noqa: E731
        return PushButton(self.say("Report an incident"), report, icon="flag", filling="outlined", hue="red")

    async def _report(self) -> Done:
        for place, item in [(place, self._find_item(place)) for place in list(self._typed)]:
            if item is not None and (value := self._read_typed(place, item)) != item.value:
                await self.model.answer(place[0], place[1], value)
        return Done(go=Route("request", self.model.visit, "visit"))

    def _make_answer(self, place: QuestionPlace, item: Item, hue: Hue, *, is_judged: bool) -> Box:
        shown = self.model.shown
        can = shown is not None and not shown.is_read_only
        answer = (lambda value: self._answer(item, value, place)) if can else None
        if item.kind == "bool":
            return make_yes_and_no(self, item.value, hue, answer)
        if item.kind == "choice":
            return make_choices(item.choices, item.value, hue, answer)
        if item.kind == "number":
            text = self._typed.get(place, write_figure(item.value, self.guide.workday.language))
            act = (lambda: self.open_question(place)) if can else None
            is_active = place == self.active
            return FigureField(item.label, text, item.unit, act, active=is_active, hue=hue if is_judged else None)
        return self._make_text(place, item, read_only=not can)

    def _make_text(self, place: QuestionPlace, item: Item, *, read_only: bool) -> Box:
        """The same field as long as the page is there: who types keeps his place."""
        if place not in self._texts:
            typed = lambda text: self._note_typed(place, text)  # noqa: E731
            text = str(item.value or "")
            self._texts[place] = InputField(self.say("Answer"), text, typed, lines=2, read_only=read_only)
        leave_parent(self._texts[place])
        return self._texts[place]

    def _make_pad(self, item: Item) -> NumberPad:
        place, language = self.active, self.guide.workday.language
        assert place is not None
        text = self._typed.get(place, write_figure(item.value, language))

        def typed(text: str) -> None:
            self._note_typed(place, text)
            self._show(place, item)

        return NumberPad(
            typed, mark=find_decimal_mark(language), erase=self.say("Erase"), text=text, is_low=self.height < dp(LOW_DP)
        )

    def _make_next(self) -> Box:
        lacks = self.model.find_next(self.active)
        if lacks is not None and lacks != self.active:
            return PushButton(self.say("Next question"), self.go_next, icon="arrow_down")
        hue: Hue = "primary" if lacks else "green"
        return PushButton(self.say("Back to the visit"), self.go_next, icon="check", hue=hue)

    def _find_item(self, place: QuestionPlace | None) -> Item | None:
        shown = self.model.shown
        lists = shown.checklists if shown is not None else ()
        return next((it for one in lists for it in one.items if (one.equipment_id, it.key) == place), None)

    def _note_typed(self, place: QuestionPlace, text: str) -> None:
        self._typed[place] = text
        if self._planned is not None:
            self._planned.cancel()
        self._planned = self.guide.workday.timing.call_after(PAUSE_SECONDS, self._save_typed)

    def _save_typed(self) -> None:
        """Write what was typed and can be read; a comma alone is no figure yet."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None
        for place, item in [(place, self._find_item(place)) for place in self._typed]:
            if item is None:
                continue
            value = self._read_typed(place, item)
            if value != item.value:
                self._answer(item, value, place)
            elif place != self.active:
                self._typed.pop(place)

    def _read_typed(self, place: QuestionPlace, item: Item) -> Any:
        """What the typed text means; the answer that there is where nothing was typed, or nothing that can be read."""
        if place not in self._typed:
            return item.value
        text = self._typed[place].strip()
        if item.kind != "number" or not text:
            return text or None
        try:
            return self.guide.workday.language.parse_number(text)
        except ValueError:
            return item.value

    def _answer(self, item: Item, value: Decimal | bool | str | None, place: QuestionPlace | None = None) -> None:
        """Write it; a question that is touched is the one that the keys answer."""
        where = place or self.active
        assert where is not None
        if item.kind in ("bool", "choice"):
            self.active = where
        self.do(self.model.answer(where[0], where[1], value), item.key)
