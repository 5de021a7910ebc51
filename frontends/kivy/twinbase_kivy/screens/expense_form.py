"""The form of an expense: tiles, figures with their pad, and fields; of kilometres, the ways of the day."""

from collections.abc import Iterator

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import TwoColumns
from twinbase_kivy.screens.answers import FigureField, find_decimal_mark
from twinbase_kivy.screens.expense_tiles import KindTiles, make_way_row
from twinbase_kivy.widgets.cards import CardBox, divide
from twinbase_kivy.widgets.day_field import DayField
from twinbase_kivy.widgets.fields import ChoiceRow, InputField, error_line
from twinbase_kivy.widgets.numberpad import NumberPad
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.tables.kinds import ExpenseKind
from twinbase_presentation.form import Form
from twinbase_presentation.screens.expense import ExpenseModel
from twinbase_presentation.screens.expense_choices import SuggestedWay
from twinbase_presentation.tokens import SPACE

MONEY, KILOMETRES, VAT = "amount_ttc", "distance_km", "vat_amount"
CHOSEN = ("category", "vat_rate_id", "paid_with", "intervention_id", "way")
"""What changes which fields there are, or what is chosen of them."""


class ExpenseFormBox(TwoColumns):
    """Drawn anew where something is chosen or wrong; a figure alone changes only the figures."""

    def __init__(self, form: Form, model: ExpenseModel) -> None:
        self.form, self.model = form, model
        self.active = KILOMETRES if self.is_way else MONEY
        self.figures = ColumnBox(gap=SPACE.s)
        self.pad = self._make_pad()
        super().__init__(gap=SPACE.m, narrow_dp=640)
        self._drawn = self._find_state()
        self._redraw()
        self._stop = form.observe(self._note)

    def close(self) -> None:
        """It is left; what was typed is kept by the form."""
        self._stop()

    @property
    def is_way(self) -> bool:
        """Whether kilometres are claimed."""
        return self.form.find("category").text == ExpenseKind.MILEAGE

    def choose_kind(self, kind: str) -> None:
        """Another kind: of kilometres the pad writes how many, of the others how much."""
        self.form.fill("category", kind)
        self.open_pad(KILOMETRES if self.is_way else MONEY)

    def open_pad(self, name: str) -> None:
        """What the pad writes from now on."""
        if name != self.active:
            self.active, self.pad = name, self._make_pad(name)
            self._redraw()

    def _note(self) -> None:
        if self._find_state() != self._drawn:
            self._drawn = self._find_state()
            self._redraw()
        else:
            self._show_figures()
        self.change()

    def _find_state(self) -> tuple[object, ...]:
        errors = tuple(one.error for one in self.form.fields)
        return (self.form.fault, errors, *(self.form.find(name).text for name in CHOSEN))

    def _redraw(self) -> None:
        self._show_figures()
        for box in (self.figures, self.pad):
            if box.parent is not None:
                box.parent.remove_widget(box)
        what = self.form.find("category")
        self.hold(
            [
                CardBox(
                    KindTiles(what.choices, what.text, self.choose_kind),
                    error_line(what.error) if what.error else None,
                    self.figures,
                    self.pad,
                    gap=SPACE.m,
                    edges=(SPACE.s, SPACE.m, SPACE.s, SPACE.m),
                ),
                CardBox(*self._make_rest(), gap=SPACE.l),
            ]
        )
        if self.parent is not None:
            self.arrange()

    def _show_figures(self) -> None:
        names = (KILOMETRES, MONEY) if self.is_way else (MONEY,)
        vat = "" if self.is_way else self.model.say_vat(self.form)
        said = self.model.workday.language.say("Without an amount, the office reckons it.") if self.is_way else vat
        self.figures.hold(
            [part for name in names for part in self._make_figure(name)]
            + [Words(said, "small", "text3") if said else None]
        )
        if self.figures.parent is not None and self.parent is not None:
            self.figures.arrange()

    def _make_figure(self, name: str) -> Iterator[Box]:
        field = self.form.find(name)
        act = (lambda: self.open_pad(name)) if name != self.active else None
        text = field.text.replace(".", find_decimal_mark(self.model.workday.language))
        if name == KILOMETRES or self.is_way:
            yield Words(field.label, "tiny", "text3")
        yield FigureField(
            field.label, text, field.unit, act, active=name == self.active, hue="red" if field.error else None
        )
        if field.error:
            yield error_line(field.error)

    def _make_pad(self, name: str = "") -> NumberPad:
        language, where = self.model.workday.language, name or self.active
        mark = find_decimal_mark(language)
        text = self.form.find(where).text.replace(".", mark)
        return NumberPad(lambda typed: self.form.fill(where, typed), mark=mark, erase=language.say("Erase"), text=text)

    def _make_rest(self) -> Iterator[Box]:
        """Of kilometres which way, of the others the tax; then how, when, where, for whom."""
        if self.is_way:
            shown = self.model.shown
            ways = [make_way_row(way, self._take(way)) for way in (shown.ways if shown else ())]
            if ways:
                head = Words(self.model.workday.language.say("Ways of the day"), "tiny", "text3")
                yield ColumnBox(head, *divide(ways, 40), gap=SPACE.xs)
            yield self._make_text("way")
        else:
            yield self._make_choice("vat_rate_id")
            yield self._make_text("vat_amount")
        yield self._make_choice("paid_with")
        workday = self.model.workday
        yield DayField(self.form, self.form.find("expense_on"), workday.language, workday.today)
        if not self.is_way:
            yield self._make_text("merchant")
        if len(self.form.find("intervention_id").choices) > 1:
            yield self._make_choice("intervention_id")
        yield self._make_text("comment", lines=3)

    def _take(self, way: SuggestedWay) -> Act:
        return lambda: self.model.choose_way(self.form, way)

    def _make_choice(self, name: str) -> Box:
        field = self.form.find(name)
        choices = [(one.text, one.label) for one in field.choices]
        return ChoiceRow(field.label, choices, field.text, lambda text: self.form.fill(name, text), error=field.error)

    def _make_text(self, name: str, lines: int = 1) -> Box:
        field = self.form.find(name)
        label = f"{field.label} ({field.unit})" if field.unit else field.label
        draft = self.model.workday.language.say("Draft") if field.is_draft else ""
        fill = lambda text: self.form.fill(name, text)  # noqa: E731
        return InputField(label, field.text, fill, error=field.error, draft=draft, lines=lines)
