"""The sheets of a visit that are no forms: parts to choose from, a checklist, what lacks, the keys."""

from collections.abc import Sequence
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from twinbase_presentation import Done, Workday
from twinbase_presentation.screens.before_finish import FinishStep
from twinbase_presentation.screens.stock import PartModel, StockModel
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import FormSheet, Sheet
from twinbase_textual.day.glyphs import say_key
from twinbase_textual.day.pane_lines import PaneLine, PaneList
from twinbase_textual.day.search_sheet import SearchSheet
from twinbase_textual.day.work_places import make_product_items


class PartsSheet(SearchSheet):
    """What goes onto a visit: looked for as it is typed; while nobody types, what is in the van."""

    def __init__(self, workday: Workday, visit: UUID) -> None:
        say = workday.language.say
        self.visit, self.model = visit, StockModel(workday)
        super().__init__(workday, say("Add a part"), say("Product, code, bar code…"), self.model)

    def list_entries(self) -> list[KeyEntry]:
        return [KeyEntry("enter", self.say("Choose"))]

    async def take(self, id_: str) -> None:
        if id_:
            await self._ask_quantity(UUID(id_))

    def redraw(self) -> None:
        shown = self.model.shown
        if shown is not None and self.is_attached:
            is_search = bool(self.model.text.strip())
            rows, heading = (shown.found, self.say("Catalogue")) if is_search else (shown.van, self.say("In the van"))
            nothing = self.say("Nothing like that is found.") if is_search else self.say("Nothing is in the van.")
            self.found.show(tuple(make_product_items(rows, heading, nothing)))

    async def _ask_quantity(self, product: UUID) -> None:
        """How many, which one, who pays; then back to the visit."""
        model = PartModel(self.workday, self.visit, product)
        await model.load()
        form = await model.make_form()

        async def save() -> Done:
            done = await model.add(form)
            return done if done.fault else Done(self.say("Part kept. It is sent as soon as possible."))

        self.app.push_screen(FormSheet(self.workday, form, model.title, save, model.warning), self._end)

    def _end(self, done: Done | None) -> None:
        if done is not None and done.said:
            self.dismiss(done)


class StepsSheet(Sheet):
    """What lacks before a visit may be finished; Enter goes to where it is done."""

    def __init__(self, workday: Workday, steps: Sequence[FinishStep]) -> None:
        super().__init__(workday, workday.language.say("Before you finish"))
        self.steps, self.list = [step for step in steps if not step.is_done], PaneList(classes="scrolls")

    def compose_body(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        lines = [
            PaneLine(str(number), step.label, end=step.act, end_tone="primary", mark="○")
            for number, step in enumerate(self.steps)
        ]
        self.list.show(lines)
        self.list.focus()

    def list_entries(self) -> list[KeyEntry]:
        return [KeyEntry("enter", self.say("Go there"))]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Done(go=self.steps[int(event.option_id or "0")].go))


class KeysSheet(Sheet):
    """All keys that do something at this moment."""

    def __init__(self, workday: Workday, entries: Sequence[KeyEntry]) -> None:
        super().__init__(workday, workday.language.say("Keys"))
        self.entries = entries

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(classes="scrolls"):
            lines = [
                Content.assemble((f"{say_key(entry.key):>6}  ", "bold $tone-primary"), entry.label)
                for entry in self.entries
            ]
            yield Static(Content("\n").join(lines))
