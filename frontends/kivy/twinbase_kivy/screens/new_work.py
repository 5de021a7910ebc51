"""Something new that nobody has planned: for whom, found by words or by how near he is, and then what."""

from collections.abc import Sequence
from dataclasses import replace

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.page import Guide
from twinbase_kivy.panes import leave_parent
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.forms import FormView
from twinbase_kivy.search_page import SearchPage
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Done, Form
from twinbase_presentation.languages import later
from twinbase_presentation.screens.customer_pick import CustomerChoice, CustomerList, PickedCustomer
from twinbase_presentation.screens.new_work import NewWorkModel
from twinbase_presentation.tokens import SPACE


class NewWorkPage(SearchPage):
    """S15 and S15b."""

    model: NewWorkModel
    hint = later("Name, town, telephone…")

    def __init__(self, model: NewWorkModel, guide: Guide, *, has_back: bool = False) -> None:
        self._form: Form | None = None
        self._view: FormView | None = None
        super().__init__(model, guide, has_back=has_back)

    def close(self) -> None:
        """It is left: what was typed last is kept."""
        if self.model.form is not None:
            self.guide.workday.spawn(self.model.form.keep_all())
        super().close()

    def make_head(self) -> Box:
        shown = self.model.shown
        if shown is None or shown.customers is None:
            return self.title_bar(self.model.title)
        return self.search_head(self.say("For whom is it?"))

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        if shown.why_not:
            return [EmptyView("lock", shown.why_not)]
        if shown.customers is not None:
            return self._list(shown.customers)
        assert shown.picked is not None
        fault = self.faults.get("save", "")
        return [
            self._make_picked(shown.picked),
            TintBox("warning", shown.picked.warning, hue="red") if shown.picked.warning else None,
            self._find_view(),
            TintBox("refused", fault, hue="red") if fault else None,
        ]

    def _list(self, customers: CustomerList) -> list[Box | None]:
        near = lambda: self.guide.workday.spawn(self.model.show_near())  # noqa: E731
        rows: list[Box] = [
            LineRow(one.name, one.where, act=self._choose(one), figure=one.figure) for one in customers.rows
        ]
        return [
            Wrap(ChoiceChip(self.say("Nearby"), near, chosen=self.model.is_near, icon="position"))
            if customers.has_near
            else None,
            CardBox(*divide(rows), gap=SPACE.xs) if rows else EmptyView("customers", customers.nothing),
        ]

    def _make_picked(self, picked: PickedCustomer) -> Box:
        """For whom it is, and a way to another one."""
        texts = ColumnBox(
            Words(picked.name, "subtitle"), Words(picked.where, "small", "text3") if picked.where else None, gap=2
        )
        other = IconButton("edit", self.say("Another customer"), self._choose(None), hue="primary")
        return CardBox(Row(IconMark("home", "text2"), grow(texts), other, gap=SPACE.m))

    def _find_view(self) -> Box | None:
        """The same fields as long as it is the same form: who types keeps his place."""
        form, language = self.model.form, self.guide.workday.language
        if form is None:
            return None
        if form is not self._form or self._view is None:
            self._form = form
            save = lambda: self.do(self._save(), "save")  # noqa: E731
            self._view = FormView(form, language, language.say("Save"), save, hue="primary")
        leave_parent(self._view)
        return self._view

    async def _save(self) -> Done:
        """Back leads to no form that is saved."""
        done = await self.model.save()
        if done.go is not None:
            self.guide.leave_for(done.go)
        return replace(done, go=None)

    def _choose(self, row: CustomerChoice | None) -> Act:
        return lambda: self.guide.workday.spawn(self.model.choose(row))
