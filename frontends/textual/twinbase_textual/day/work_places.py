"""The places beside the visits: hours, and the van with the catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from textual.content import Content

from twinbase_mobile.reading import Entry, ProductSheet
from twinbase_presentation import Command, Done, Form, Language
from twinbase_presentation.screens.hours import HoursGap, HoursModel
from twinbase_presentation.screens.stock import ProductRow, StockModel
from twinbase_presentation.screens.stock_moves import make_stock_commands
from twinbase_presentation.screens.visit_rows import say_times
from twinbase_presentation.words import say_word
from twinbase_textual.day.glyphs import find_mark, join_parts, say_mark
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.place_view import Beside, PlaceView

HOLE = "hole"


class HoursView(PlaceView):
    """One day of hours, and its week; the arrows at the sides go to the day before and the day after."""

    model: HoursModel

    @property
    def summary(self) -> tuple[str, ...]:
        shown = self.model.shown
        return (self.model.title, shown.balance) if shown else super().summary

    def compose_above(self) -> Content | None:
        """The days of the week, the chosen one in bold."""
        shown, language = self.model.shown, self.model.workday.language
        assert shown is not None
        days = []
        for one in shown.week.days:
            said = f"{language.format_day(one.day).split()[0].strip('.,')} {one.day.day}"
            hours = f" {language.format_minutes(one.worked + one.absent)}" if one.worked + one.absent else ""
            style = "bold underline $tone-primary" if one.day == shown.day else "$tone-grey"
            days.append(Content.assemble((said, style), (hours, "$tone-hint")))
        warning = [Content.styled(f"! {shown.long}", "$tone-amber")] if shown.long else []
        return Content("\n").join([Content("  ").join(days), *warning])

    def make_items(self) -> Iterable[PaneItem]:
        shown, language = self.model.shown, self.model.workday.language
        assert shown is not None
        yield PaneHeading(language.format_long_day(shown.day))
        if not shown.entries:
            yield PaneNote(self.say("Nothing is written for this day."))
        holes = {hole.start: (number, hole) for number, hole in enumerate(shown.gaps)}
        for entry in self._list_entries():
            yield self._make_line(entry)
            if entry.end in holes:
                number, hole = holes[entry.end]
                times = say_times(hole.start, hole.end, language)
                yield PaneLine(f"{HOLE}{number}", hole.said, lead=times, mark="!", mark_tone="amber")

    def _list_entries(self) -> list[Entry]:
        """Without one that is being deleted."""
        shown, held = self.model.shown, self.model.workday.held
        return [entry for entry in shown.entries if not held.hides(entry.id)] if shown else []

    def _make_line(self, entry: Entry) -> PaneLine:
        language = self.model.workday.language
        mark, tone = find_mark(entry.mark.state)
        runs = self.model.workday.read_now() - entry.start if entry.start and not (entry.end or entry.minutes) else None
        minutes = entry.minutes if runs is None else int(runs.total_seconds()) // 60
        return PaneLine(
            str(entry.id),
            say_word(language, entry.activity),
            join_parts(entry.customer or entry.visit, entry.comment),
            lead=say_times(entry.start, entry.end, language),
            end=("" if runs is None else "▶ ") + language.format_minutes(minutes),
            end_tone="grey" if runs is None else "green",
            mark=mark,
            mark_tone=tone,
            is_strong=runs is not None,
        )

    async def find_beside(self, id_: str) -> Beside:
        entry, language = self._find_entry(id_), self.model.workday.language
        if entry is None:
            return None
        facts = (
            say_word(language, entry.activity),
            join_parts(say_times(entry.start, entry.end, language), language.format_minutes(entry.minutes)),
            join_parts(entry.visit, entry.customer),
            entry.comment,
            say_word(language, entry.state),
            entry.rejection_reason,
            say_mark(entry.mark.state, language),
            entry.mark.sentence,
        )
        return Content("\n").join([Content(fact) for fact in facts if fact])

    def list_acts(self, id_: str) -> Sequence[Command]:
        say, entry = self.say, self._find_entry(id_)
        acts = [Command("add", say("Add a line"), "add", self._add, "a")]
        if entry is not None:
            acts.append(Command("edit", say("Correct"), "edit", lambda: self._edit(id_), "e"))
            acts.append(Command("delete", say("Delete"), "delete", lambda: self.model.delete(entry.id), "delete"))
        return acts

    async def enter_line(self, id_: str) -> Done | None:
        return await self._edit(id_)

    async def step_aside(self, way: int) -> None:
        if self.model.shown is not None:
            await self.model.choose_day(self.model.shown.day + timedelta(days=way))

    async def _add(self) -> Done:
        self._open(await self.model.make_form(), self.say("Add a line"), None)
        return Done()

    async def _edit(self, id_: str) -> Done:
        """Correct a line, or fill a time of which nothing is written."""
        entry = self._find_entry(id_)
        form = await self.model.make_form(entry, self._find_hole(id_))
        self._open(form, self.say("Correct") if entry else self.say("Add a line"), entry)
        return Done()

    def _open(self, form: Form, title: str, entry: Entry | None) -> None:
        self.ask_form(form, title, lambda: self.model.save(form, entry))

    def _find_entry(self, id_: str) -> Entry | None:
        return next((entry for entry in self._list_entries() if str(entry.id) == id_), None)

    def _find_hole(self, id_: str) -> HoursGap | None:
        number, shown = id_.removeprefix(HOLE), self.model.shown
        return shown.gaps[int(number)] if shown and number.isdigit() and int(number) < len(shown.gaps) else None


class StockView(PlaceView):
    """What is low, what is in the van, and what is found in the catalogue."""

    model: StockModel

    @property
    def search_hint(self) -> str:
        return self.say("Product, code, bar code…")

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        assert shown is not None
        if self.model.text.strip():
            yield from make_product_items(shown.found, self.say("Catalogue"), self.say("Nothing like that is found."))
            return
        if shown.low:
            yield from make_product_items(shown.low, self.say("Below the minimum"))
        low = {row.id for row in shown.low}
        rest = [row for row in shown.van if row.id not in low]
        yield from make_product_items(rest, self.say("In the van"), self.say("Nothing is in the van."))

    async def find_beside(self, id_: str) -> Beside:
        """Prices, stock by storehouse, and where it was used last."""
        sheet = await self.model.read_sheet(UUID(id_))
        return None if sheet is None else Content("\n").join(list(describe_product(sheet, self.model.workday.language)))

    def list_acts(self, id_: str) -> Sequence[Command]:
        return tuple(make_stock_commands(self.model.workday, UUID(id_))) if id_ else ()

    async def search(self, text: str) -> None:
        await self.model.search(text)


def make_product_items(rows: Sequence[ProductRow], heading: str, nothing: str = "") -> Iterable[PaneItem]:
    """Products under a heading; `nothing`: what is said where there are none."""
    yield PaneHeading(heading)
    if not rows and nothing:
        yield PaneNote(nothing)
    for row in rows:
        yield PaneLine(
            str(row.id),
            row.caption,
            join_parts(row.code, row.family),
            end=row.in_van,
            end_tone="amber" if row.is_low else "grey",
            mark="↑" if row.is_moved else "·",
            mark_tone="amber" if row.is_moved else "grey",
        )


def describe_product(sheet: ProductSheet, language: Language) -> Iterator[Content]:
    """All that is known of a product, one line for each thing."""

    def say_quantity(quantity: Decimal) -> str:
        return f"{language.format_number(quantity)}\u00a0{sheet.unit}".strip()

    yield Content.styled(sheet.caption, "bold $foreground")
    yield Content.styled(join_parts(sheet.code, sheet.family, sheet.barcode), "$tone-hint")
    if sheet.description:
        yield Content(sheet.description)
    if sheet.price_ht is not None:
        yield Content(language.say("{amount} without VAT", amount=language.format_money(sheet.price_ht)))
    for store in sheet.places:
        moved = "  ↑" if store.moved else ""
        yield Content.assemble(f"{store.storehouse}  ", (say_quantity(store.here) + moved, "bold"))
    if sheet.uses:
        yield Content.styled("\n" + language.say("Used last"), "bold $foreground")
    for use in sheet.uses:
        when = language.format_date(use.start.date()) if use.start else ""
        yield Content(join_parts(when, use.customer or use.visit, say_quantity(use.quantity)))
