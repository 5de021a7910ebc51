"""A checklist by keys: one question after the other, judged in words at each key, each answer saved by Enter."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from twinbase_mobile.reading import Item
from twinbase_presentation import Done, Language, Route, Workday
from twinbase_presentation.screens.checklist import ChecklistModel
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import Sheet
from twinbase_textual.day.glyphs import find_mark
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneList, PaneNote
from twinbase_textual.day.visit_text import JUDGED, say_answer

AnswerSpot = tuple[UUID | None, str]


class ChecklistSheet(Sheet):
    """The questions, and one line in which all of them are answered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("ctrl+o", "report", show=False, priority=True),
    ]

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, workday.language.say("Checklist"))
        self.model, self.list = ChecklistModel(workday, visit), PaneList(classes="scrolls")
        self.question, self.verdict = Static(classes="asked"), Static(classes="verdict")
        self.typing = Input(compact=True, classes="search")
        self._spots: dict[str, tuple[AnswerSpot, Item]] = {}

    def compose_body(self) -> ComposeResult:
        yield self.list
        yield self.question
        yield self.typing
        yield self.verdict

    async def on_mount(self) -> None:  # type: ignore[override]
        self.model.observe(self._note_changed)
        await self.model.open()
        self._redraw()
        self._choose_next()
        self.typing.focus()

    def on_unmount(self) -> None:
        self.model.close()

    def list_entries(self) -> list[KeyEntry]:
        return [KeyEntry("enter", self.say("Save, and the next one")), KeyEntry("ctrl+o", self.say("Incident"))]

    @property
    def asked(self) -> tuple[AnswerSpot, Item] | None:
        """The question that is answered now."""
        return self._spots.get(self.list.chosen)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What the thresholds say of it, before it is saved."""
        self.said_line.tell("")
        self._judge(event.value)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save it, and go to the next question that has to be answered."""
        if self.asked is None:
            return
        spot, item = self.asked
        try:
            value = read_answer(event.value, item, self.workday.language)
        except ValueError:
            self.said_line.tell(f"✗ {self._hint(item)}", "red")
            return
        done = await self.model.answer(spot[0], spot[1], value)
        if done.fault:
            self.said_line.tell(f"✗ {done.fault}", "red")
            return
        self._redraw()
        self._choose_next(spot)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._ask()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.typing.focus()

    def action_move(self, way: int) -> None:
        """To another question."""
        questions = self.list
        questions.action_cursor_down() if way > 0 else questions.action_cursor_up()

    def action_report(self) -> None:
        """What was answered so far and is dangerous goes into a request to the office."""
        self.dismiss(Done(go=Route("request", self.model.visit, "visit")))

    def _note_changed(self) -> None:
        self.call_later(self._redraw)

    def _redraw(self) -> None:
        shown = self.model.shown
        if shown is None or not self.is_attached:
            return
        nothing = PaneNote(self.say("This visit has no checklist."))
        items: list[PaneItem] = [] if shown.checklists else [nothing]
        self._spots = {}
        for checklist in shown.checklists:
            name = shown.names.get(checklist.equipment_id, "")
            items.append(PaneHeading(f"{name or checklist.title}  {checklist.answered}/{len(checklist.items)}"))
            for item in checklist.items:
                id_ = f"{checklist.equipment_id or ''}/{item.key}"
                self._spots[id_] = ((checklist.equipment_id, item.key), item)
                items.append(_make_line(id_, item, self.workday.language))
        self.list.show(items)
        self._ask()

    def _choose_next(self, after: AnswerSpot | None = None) -> None:
        spot = self.model.find_next(after)
        for id_, (known, _) in self._spots.items():
            if known == spot:
                self.list.choose(id_)
        self._ask()

    def _ask(self) -> None:
        """The question, what may be typed, and what is there already."""
        if self.asked is None:
            return
        _, item = self.asked
        hint = self._hint(item)
        self.question.update(Content.assemble((f"{item.label}  ", "bold"), (hint, "$tone-hint")))
        self.typing.value = write_answer(item, self.workday.language)
        self._judge(self.typing.value)

    def _judge(self, text: str) -> None:
        self.verdict.update("")
        if self.asked is None or not text.strip():
            return
        try:
            said = self.model.judge(self.asked[1], read_answer(text, self.asked[1], self.workday.language))
        except ValueError:
            return
        self.verdict.update(Content.styled(said.sentence, f"bold $tone-{said.tone}"))

    def _hint(self, item: Item) -> str:
        say = self.workday.language.say
        if item.kind == "bool":
            return say("y: yes, n: no")
        if item.kind == "choice":
            return "  ".join(f"{number} {choice}" for number, choice in enumerate(item.choices, 1))
        if item.kind == "number":
            return item.unit or say("Enter a number.")
        return ""


def read_answer(text: str, item: Item, language: Language) -> bool | Decimal | str | None:
    """What somebody has typed as an answer, None for nothing; raises ValueError for what is none."""
    typed = text.strip()
    if not typed:
        return None
    if item.kind == "bool":
        return _read_yes(typed, language)
    if item.kind == "number":
        return language.parse_number(typed)
    if item.kind == "choice" and typed.isdigit() and 0 < int(typed) <= len(item.choices):
        return item.choices[int(typed) - 1]
    return typed


def write_answer(item: Item, language: Language) -> str:
    """An answer as it is typed."""
    if isinstance(item.value, Decimal):
        return f"{item.value.normalize():f}"
    return say_answer(item, language)


def _read_yes(typed: str, language: Language) -> bool:
    words = {language.say("Yes"): True, language.say("No"): False, "yes": True, "oui": True, "no": False, "non": False}
    found = {value for word, value in words.items() if word.lower().startswith(typed.lower())}
    if len(found) != 1:
        raise ValueError(f"{typed!r} is neither yes nor no.")
    return found.pop()


def _make_line(id_: str, item: Item, language: Language) -> PaneLine:
    mark, tone = ("○", "amber") if item.is_missing else find_mark(item.mark.state)
    value = say_answer(item, language)
    judged = JUDGED.get(item.judgement, "grey")
    return PaneLine(id_, item.label, end=value, end_tone=judged, mark=mark, mark_tone=tone)  # type: ignore[arg-type]
