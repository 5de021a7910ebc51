"""One expense: what it was for as tiles, how much on a pad for gloves, and the rest as fields."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, grow
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import leave_parent
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.answers import find_decimal_mark
from twinbase_kivy.screens.expense_form import ExpenseFormBox
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox
from twinbase_kivy.widgets.notices import EmptyView, SkeletonBars
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Form, Route
from twinbase_presentation.screens.expense import ExpenseModel
from twinbase_presentation.screens.expenses import ExpensesModel
from twinbase_presentation.tokens import SPACE


class ExpensePage(PageView):
    """S12, one of them. The form is made once: who types keeps his place while the page is drawn anew."""

    model: ExpenseModel

    def __init__(self, model: ExpenseModel, guide: Guide, *, has_back: bool = False) -> None:
        self.box: ExpenseFormBox | None = None
        self._is_asked = False
        super().__init__(model, guide, has_back=has_back)

    def close(self) -> None:
        """What was typed last is kept, too."""
        super().close()
        if self.box is not None:
            self.box.close()
            self.guide.workday.spawn(self.box.form.keep_all())

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        if shown.fault:
            return [EmptyView("expenses", shown.fault)]
        if self.box is None:
            self._ask_form()
            return [SkeletonBars()]
        leave_parent(self.box)
        said_back = shown.said_back
        fault = self.faults.get("save")
        return [
            TintBox("refused", said_back, hue="red") if said_back else None,
            self.box,
            self._make_receipt(self.box.form),
            TintBox("refused", fault, hue="red") if fault else None,
            self._make_delete(),
        ]

    def make_foot(self) -> Box | None:
        if self.box is None or self.model.shown is None or self.model.shown.fault:
            return None
        return PushButton(self.say("Save"), self.save, icon="check", main=True)

    def press_key(self, said: str) -> bool:
        """Figures go to the pad, as long as nobody types into a field."""
        if self.box is None:
            return False
        mark = find_decimal_mark(self.guide.workday.language)
        if said == "ctrl+enter":
            self.save()
        elif said == "erase":
            self.box.pad.erase_last()
        elif said in (",", "."):
            self.box.pad.write(mark)
        elif said.isdigit() and len(said) == 1:
            self.box.pad.write(said)
        else:
            return False
        return True

    def save(self) -> None:
        """Write it, and go back to the list."""
        if self.box is not None:
            self.do(self.model.save(self.box.form), "save")

    def _make_receipt(self, form: Form) -> Box:
        """That it has one, and the way to take another one, or none."""
        has_one = bool(form.find("receipt").text)
        remove = IconButton("delete", self.say("Without the receipt"), lambda: self._drop(form)) if has_one else None
        label = self.say("Another receipt") if has_one else self.say("Add the receipt")
        choose = self.open_act(Route("expense", self.model.id, "choose"))
        return CardBox(
            Row(IconMark("photo", "green"), grow(Words(self.say("The receipt is there."), "body")), remove, gap=SPACE.m)
            if has_one
            else None,
            PushButton(label, choose, icon="add_photo", filling="tonal"),
        )

    def _drop(self, form: Form) -> None:
        form.fill("receipt", "")
        self.redraw()

    def _make_delete(self) -> Box | None:
        id_ = self.model.id
        if id_ is None:
            return None

        def delete() -> None:
            self.do(ExpensesModel(self.guide.workday).delete(id_), "delete")
            self.guide.go_back()

        return PushButton(self.say("Delete the expense"), delete, icon="delete", filling="outlined", hue="red")

    def _ask_form(self) -> None:
        if not self._is_asked:
            self._is_asked = True
            self.guide.workday.spawn(self._open_form())

    async def _open_form(self) -> None:
        form = await self.model.make_form()
        self.box = ExpenseFormBox(form, self.model)
        self.redraw()
