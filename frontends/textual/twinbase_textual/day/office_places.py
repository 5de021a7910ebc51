"""The places around the visits: the week that is planned, and the customers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from textual.content import Content

from twinbase_presentation import Command, Done
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screens.customer import CustomerModel
from twinbase_presentation.screens.customers import CustomerRow, CustomersModel
from twinbase_presentation.screens.planning import PlanningModel
from twinbase_textual.day.block_text import compose_blocks
from twinbase_textual.day.chips_line import compose_chips
from twinbase_textual.day.customer_text import compose_customer
from twinbase_textual.day.glyphs import join_parts
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.place_view import Beside, PlaceView, visit_route
from twinbase_textual.day.visit_places import NEAR_END, make_visit_line
from twinbase_textual.day.work import start_work


class PlanningView(PlaceView):
    """A week of visits by day; the arrows at the sides go to the week before and the week after."""

    model: PlanningModel

    @property
    def summary(self) -> tuple[str, ...]:
        shown = self.model.shown
        return (self.model.title, shown.heading, shown.summary) if shown else super().summary

    def make_items(self) -> Iterable[PaneItem]:
        shown, language = self.model.shown, self.model.workday.language
        assert shown is not None
        for one in shown.week:
            is_today = one.day == self.model.workday.today
            day = self.say("{day}, today", day=language.format_day(one.day)) if is_today else ""
            yield PaneHeading(join_parts(day or language.format_day(one.day), one.said))
            if not one.rows:
                yield PaneNote(self.say("Nothing is planned."))
            for row in one.rows:
                # A visit over midnight stands in both days.
                yield replace(make_visit_line(row), id=f"{row.id}@{one.day}")

    async def find_beside(self, id_: str) -> Beside:
        return visit_route(id_.partition("@")[0])

    async def step_aside(self, way: int) -> None:
        await self.model.move(way)


class CustomersView(PlaceView):
    """The customers, found by words, narrowed by the arrows at the sides; beside it all that is known of one."""

    model: CustomersModel

    def __init__(self, model: CustomersModel, brought: PluginScreens) -> None:
        super().__init__(model)
        self._brought = brought
        self._customer: CustomerModel | None = None

    @property
    def search_hint(self) -> str:
        return self.say("Name, town, telephone…")

    @property
    def summary(self) -> tuple[str, ...]:
        shown = self.model.shown
        if shown is None:
            return super().summary
        return (self.model.title, self.model.workday.language.count("{n} customer", "{n} customers", shown.total))

    def compose_above(self) -> Content | None:
        shown = self.model.shown
        chips = compose_chips(shown.chips if shown else ())
        measured = [Content.styled(shown.measured, "$tone-hint")] if shown and shown.measured else []
        return Content("\n").join([chips, *measured])

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        assert shown is not None
        if shown.nothing:
            yield PaneNote(shown.nothing)
        # Of a customer with two sites nearby, the nearer one: a line is a customer.
        seen: set[UUID] = set()
        for row in shown.rows:
            if row.id not in seen:
                seen.add(row.id)
                yield _make_line(row)
        if shown.limit:
            yield PaneNote(shown.limit)

    async def find_beside(self, id_: str) -> Beside:
        self._read_on(id_)
        model = CustomerModel(self.model.workday, UUID(id_))
        await model.load()
        self._customer = model
        if model.shown is None:
            return Content.styled(model.gone, "$tone-grey")
        language = self.model.workday.language
        texts = [compose_customer(model.shown, language, self.model.workday.today)]
        for one in await self._brought.load_cards("customer", model.id):
            head = Content.styled(one.spec.title, "bold $foreground")
            texts.append(Content("\n").join([head, compose_blocks(one.card.blocks, language)]))
        return Content("\n\n").join(texts)

    def list_acts(self, id_: str) -> Sequence[Command]:
        """The way there, a call, a correction; how one gets in is the technician's own."""
        model = self._customer
        if model is None or str(model.id) != id_ or model.shown is None:
            return ()
        acts = [replace(one, run=self._correct) if one.id == "correct" else one for one in model.commands]
        if model.shown.facts.sites:
            acts.append(Command("access", self.say("Access"), "access", self._write_access, "a"))
        return [*acts, *self._brought.make_commands("customer", model.id, {"id": model.id})]

    async def step_aside(self, way: int) -> None:
        chips = self.model.shown.chips if self.model.shown else ()
        here = next((number for number, chip in enumerate(chips) if chip.is_on), 0)
        if chips:
            await self.model.choose(chips[(here + way) % len(chips)].id)

    async def search(self, text: str) -> None:
        await self.model.search(text)

    async def _correct(self) -> Done:
        model = self._customer
        assert model is not None
        form = await model.make_correction_form()
        hint = self.say("The office reads it and corrects it for everybody.")
        self.ask_form(form, self.say("Suggest a correction"), lambda: model.save_correction(form), hint)
        return Done()

    async def _write_access(self) -> Done:
        """Of the main site, which stands first."""
        model = self._customer
        assert model is not None and model.shown is not None
        site = model.shown.facts.sites[0]
        form = await model.make_access_form(site.id)
        title = join_parts(self.say("Access"), site.label or site.city)
        self.ask_form(form, title, lambda: model.save_access(site.id, form))
        return Done()

    def _read_on(self, id_: str) -> None:
        """The next page is read before the end of this one is reached."""
        shown = self.model.shown
        if shown is not None and shown.has_more and id_ in [str(row.id) for row in shown.rows[-NEAR_END:]]:
            start_work(self, self.model.load_more, is_last=True)


def _make_line(row: CustomerRow) -> PaneLine:
    said = join_parts(*(chip.said for chip in row.chips))
    tone = row.chips[0].tone if row.chips else "grey"
    return PaneLine(str(row.id), row.name, row.place, end=join_parts(said, row.distance), end_tone=tone)
