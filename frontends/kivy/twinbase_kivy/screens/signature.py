"""The customer signs: a page of its own with what is signed, the pad, a name, and nothing of anybody else."""

from collections.abc import Sequence

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap, grow
from twinbase_kivy.flow_boxes import Halves, Wrap
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import FixedWidth, leave_parent
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.fields import InputField
from twinbase_kivy.widgets.notices import EmptyView, SkeletonBars
from twinbase_kivy.widgets.pad import SignPad
from twinbase_kivy.widgets.picture import PictureBox
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Command, Form, FormField, Route
from twinbase_presentation.paper.strokes import Strokes
from twinbase_presentation.screens.pictures import read_large_picture
from twinbase_presentation.screens.signature import PAD, SignatureModel, SignatureShown
from twinbase_presentation.tokens import RADIUS, SPACE

WIDE_DP, LOW_DP, TALL_DP = 720, 480, 760
PAD_LOW, PAD_HIGH, PAD_TALL, PAD_WIDE = 120, 160, 200, 320
"""How high the pad is: on a phone that lies, on a small one, on a tall one, on a laptop; in dp."""


class SignaturePage(PageView):
    """S09. The fields are the same as long as the page is there: who types keeps his place."""

    model: SignatureModel

    def __init__(self, model: SignatureModel, guide: Guide, *, has_back: bool = False) -> None:
        self.pad: SignPad | None = None
        self._fields: dict[str, InputField] = {}
        self._heard: Form | None = None
        self._errors: tuple[str, ...] = ()
        super().__init__(model, guide, has_back=has_back)

    def make_head(self) -> Box:
        shown = self.model.shown
        bar = self.title_bar(self.model.title, shown.number if shown else "")
        if shown is None or shown.is_read_only or self.model.form is None:
            return bar
        parts = [None if self._is_low else self._make_summary(shown), self._make_pad(), self._make_tools()]
        edge = 0 if self.guide.is_wide else self.edge
        inside = ColumnBox(*parts, gap=SPACE.xs, edges=(edge, 0, edge, 0))
        return ColumnBox(bar, self._centre(inside))

    def make_body(self) -> Sequence[Box | None]:
        shown, form = self.model.shown, self.model.form
        if shown is None:
            return [EmptyView("sign", self.say("This job is no longer on this device."))]
        if shown.is_read_only:
            return [self._centre(GivenCard(shown, self))]
        if form is None:
            return [SkeletonBars()]
        self._hear(form)
        fault = self.faults.get("confirm")
        parts = [
            TintBox("refused", fault, hue="red") if fault else None,
            self._make_summary(shown) if self._is_low else None,
            *(self._make_field(one) for one in form.fields),
            self._make_qualities(form),
            self._make_buttons() if self._is_low else None,
        ]
        return [self._centre(ColumnBox(*parts, gap=SPACE.m))]

    def make_foot(self) -> Box | None:
        return None if self._is_low or not self.model.commands else self._centre(self._make_buttons())

    @property
    def _is_low(self) -> bool:
        return 1 < self.height < dp(LOW_DP)

    def _centre(self, box: Box) -> Box:
        """No wider than a hand writes, in the middle of a wide screen."""
        if not self.guide.is_wide:
            return box
        return Row(Gap(grows=True), FixedWidth(box, WIDE_DP), Gap(grows=True))

    def _make_summary(self, shown: SignatureShown) -> Box:
        """What is signed, in two lines; a touch shows all of it."""
        text = " ".join(shown.report.split()) or self.say("There is no report.")
        inside = Row(
            grow(
                ColumnBox(
                    Words(self.say("I have read the report and confirm the work."), "label", "text"),
                    Words(text, "small", "text2", lines_max=2),
                    gap=2,
                )
            ),
            IconMark("next", "text3", 22),
            gap=SPACE.s,
            edges=(0, SPACE.xs, 0, SPACE.xs),
        )
        act = self.open_act(Route("visit", self.model.visit, "summary"))
        return Touchable(act, inside, name=self.say("Read all of it"), role="link", radius=RADIUS.field)

    def _make_pad(self) -> Box:
        high = PAD_LOW if self._is_low else PAD_WIDE if self.guide.is_wide else self._pad_of_phone
        typed = self._find_name() if self.model.is_typed else ""
        name = self.say("Sign here")
        self.pad = SignPad(self.model.strokes, self._draw, name=name, high_dp=high, typed=typed)
        return self.pad

    @property
    def _pad_of_phone(self) -> int:
        return PAD_TALL if self.height >= dp(TALL_DP) else PAD_HIGH

    def _make_tools(self) -> Box:
        """How one signs, here and without a finger; and the lines that go again."""
        is_typed = self.model.is_typed
        label = self.say("Draw it") if is_typed else self.say("Type the name")
        toggle = lambda: self.model.choose_typed(not is_typed)  # noqa: E731
        hint = self.say("The name stands for it.") if is_typed else self.say("With a finger or the mouse.")
        has_lines = bool(self.model.strokes.lines) and not is_typed
        return Row(
            grow(Words(hint, "small", "text3", lines_max=2)),
            PushButton(label, toggle, filling="text", small=True),
            IconButton("undo", self.say("Undo the last line"), self._undo) if has_lines else None,
            IconButton("delete", self.say("Erase"), self._erase) if has_lines else None,
        )

    def _make_field(self, field: FormField) -> Box:
        """Drawn anew only where something is wrong now that was right before."""
        if field.name not in self._fields:
            fill = lambda text: self._fill(field.name, text)  # noqa: E731
            icon = "person" if field.name == "signer_name" else "team"
            self._fields[field.name] = InputField(field.label, field.text, fill, icon=icon, error=field.error)
        made = self._fields[field.name]
        leave_parent(made)
        return made

    def _fill(self, name: str, text: str) -> None:
        if self.model.form is not None:
            self.model.form.fill(name, text)

    def _make_qualities(self, form: Form) -> Box:
        chosen = form.find("quality").text
        chips = [ChoiceChip(one, self._act_of_quality(one), chosen=one == chosen) for one in self.model.qualities]
        return Wrap(*chips, gap=SPACE.s)

    def _act_of_quality(self, quality: str) -> Act:
        def fill() -> None:
            self._fields["quality"].typing.input.text = quality

        return fill

    def _make_buttons(self) -> Box:
        return Halves(*(self._make_button(one) for one in self.model.commands), gap=SPACE.s)

    def _make_button(self, command: Command) -> Box:
        act = lambda: self.do(command.run(), command.id)  # noqa: E731
        if command.is_main:
            return PushButton(command.label, act, icon=command.icon, main=True)
        return PushButton(command.label, act, filling="outlined", hue="red", main=True)

    def _draw(self, strokes: Strokes) -> None:
        """A line has ended: the tools are other ones from the first on."""
        had_lines, was_typed = bool(self.model.strokes.lines), self.model.is_typed
        self.model.draw(strokes)
        if was_typed or not had_lines:
            self.redraw()

    def _undo(self) -> None:
        self.model.draw(self.model.strokes.undo())
        self.redraw()

    def _erase(self) -> None:
        self.model.draw(PAD)
        self.redraw()

    def _find_name(self) -> str:
        return self.model.form.find("signer_name").text if self.model.form is not None else ""

    def _hear(self, form: Form) -> None:
        if self._heard is not form:
            self._heard = form
            self._errors = self._list_errors(form)
            form.observe(lambda: self._note(form))

    def _list_errors(self, form: Form) -> tuple[str, ...]:
        chosen = form.find("quality").text
        return (*(one.error for one in form.fields), chosen if chosen in self.model.qualities else "")

    def _note(self, form: Form) -> None:
        """Fields say what is wrong, the chip that is chosen has its tick, a typed name stands on the pad."""
        errors = self._list_errors(form)
        if errors[:-1] != self._errors[:-1]:
            self._fields = {}
        if errors != self._errors or self.model.is_typed:
            self._errors = errors
            self.redraw()


class GivenCard(CardBox):
    """The signature that there is: nothing of it changes any more."""

    def __init__(self, shown: SignatureShown, page: SignaturePage) -> None:
        given, workday = shown.given, page.guide.workday
        if given is None:
            super().__init__(EmptyView("sign", page.say("This visit was closed without a signature.")))
            return
        read = lambda: read_large_picture(workday, given.image_sha256)  # noqa: E731
        picture = PictureBox(
            workday, f"large:{given.image_sha256}", read, name=page.say("Signature"), ratio=0.5, whole=True
        )
        who = "\u00a0· ".join(part for part in (given.signer_name, given.signer_quality) if part)
        said = page.say("Did not sign: {why}").format(why=given.refusal_reason)
        super().__init__(
            TintBox("refused", said, hue="red") if given.refused else picture,
            Words(who, "subtitle") if who else None,
            Words(page.say_when(given.signed_at), "small", "text3") if given.signed_at else None,
            gap=SPACE.m,
        )
