"""The questions of a checklist, each as its kind is answered with a glove on."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, grow
from twinbase_kivy.drawing import paint_edge, paint_tint
from twinbase_kivy.flow_boxes import Halves, Wrap
from twinbase_kivy.look import look
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.fields import error_line
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.reading import Item
from twinbase_presentation import Language
from twinbase_presentation.screens.checklist import AnswerVerdict
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue

Answered = Callable[[Any], object]
NOTHING = "–"  # noqa: RUF001


class QuestionCard(CardBox):
    """A question, how it is answered, what the answer means, and why it was not taken.

    Its edge says what the answer means, else that this is the question which the keys answer.
    """

    def __init__(self, item: Item, mark: Box | None, verdict: AnswerVerdict, *, active: bool, fault: str = "") -> None:
        self._head = Row(grow(Words(item.label, "subtitle" if active else "body")), mark, gap=SPACE.s)
        self._active, self._fault = active, fault
        super().__init__(gap=SPACE.m)
        self.name, self.role = item.label, "group"
        self._judge(verdict)

    def show(self, answer: Box, verdict: AnswerVerdict, act: Box | None = None) -> None:
        """Another answer, what it means, and what is to be done about it."""
        self._judge(verdict)
        said = verdict.sentence
        strong = verdict.tone == "red"
        meaning = TintBox("warning", said, hue=verdict.tone, filled=strong, strong=not strong) if said else None
        self.hold([self._head, answer, meaning, act, error_line(self._fault) if self._fault else None])
        self.change()

    def _judge(self, verdict: AnswerVerdict) -> None:
        self.hue = verdict.tone if verdict.sentence else "primary" if self._active else None


class FigureField(Touchable):
    """A figure in large letters with its unit; a touch brings the pad."""

    def __init__(self, label: str, text: str, unit: str, act: Act | None, *, active: bool, hue: Hue | None) -> None:
        self.is_active = active
        colour = HUES[hue].strong if hue else "text" if text else "text3"
        inside = Row(
            grow(Words(text or NOTHING, "display", colour)),
            Words(unit, "subtitle", "text3") if unit else None,
            gap=SPACE.m,
            edges=(SPACE.l, SPACE.s, SPACE.l, SPACE.s),
        )
        said = f"{label}: {text} {unit}".strip()
        super().__init__(act, inside, name=said, role="spinbutton", radius=RADIUS.field, least=SPACE.target_main)

    def paint_below(self) -> None:
        rect, radius = (*self.pos, *self.size), dp(RADIUS.field)
        if self.is_active:
            surface = look.find_colour("surface")
            paint_edge(self.canvas.before, rect, look.find_colour("primary"), radius, surface, width_dp=2)
        else:
            paint_tint(self.canvas.before, rect, "inset", "outline", radius)


def make_yes_and_no(page: PageView, value: Any, hue: Hue, answer: Answered | None) -> Box:
    """Two halves, as high as a glove needs; the one that was chosen is filled and has a tick."""

    def half(label: str, means: bool) -> Box:
        is_chosen = value is means
        act = (lambda: answer(None if is_chosen else means)) if answer else None
        icon, filling = ("check", "filled") if is_chosen else ("", "outlined")
        return PushButton(label, act, icon=icon, filling=filling, hue=hue if is_chosen else "primary", main=True)  # type: ignore[arg-type]

    return Halves(half(page.say("Yes"), True), half(page.say("No"), False), gap=SPACE.s)


def make_choices(choices: tuple[str, ...], value: Any, hue: Hue, answer: Answered | None) -> Box:
    """One of a few, as chips; the chosen one touched again is none."""

    def chip(choice: str) -> Box:
        act = (lambda: answer(None if choice == value else choice)) if answer else None
        return ChoiceChip(choice, act, chosen=choice == value, hue=hue)

    return Wrap(*(chip(choice) for choice in choices), gap=SPACE.s)


def write_figure(value: Any, language: Language) -> str:
    """A figure as it is typed: without marks between the thousands."""
    return language.format_number(value).replace("\u00a0", "") if isinstance(value, Decimal) else ""


def find_decimal_mark(language: Language) -> str:
    """A comma or a point."""
    return language.format_number(Decimal("0.5"))[1]
