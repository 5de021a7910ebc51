"""The sheets of products: what one is and where it lies, and how many of it go onto a visit."""

from collections.abc import Mapping
from uuid import UUID

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.boxes import Box
from twinbase_kivy.flow_boxes import Halves
from twinbase_kivy.screens.stock import list_facts
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import ActTile
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route
from twinbase_presentation.screens.stock import PartModel, ProductModel
from twinbase_presentation.screens.stock_moves import COUNT, TRANSFER, CountModel, TransferModel, make_stock_commands
from twinbase_presentation.tokens import SPACE, Hue


async def show_product(shell: Shell, route: Route) -> None:
    """What a product is, costs, and where it lies."""
    assert route.id is not None
    model = ProductModel(shell.workday, route.id)
    await model.load()
    sheet = model.shown
    if sheet is None:
        shell.open_sheet(model.title, EmptyView("stock", model.gone))
        return
    description = Words(sheet.description, "body", "text2") if sheet.description else None
    acts = _make_acts(shell, route.id) if model.can_be_moved else None
    shell.open_sheet(model.title, *_head(model), description, acts, *list_facts(sheet, shell.workday.language))


async def show_transfer(shell: Shell, route: Route) -> None:
    """From which storehouse to which, and how many."""
    assert route.id is not None
    await _show_move(shell, TransferModel(shell.workday, route.id), shell.workday.language.say("Move"))


async def show_count(shell: Shell, route: Route) -> None:
    """How many there are."""
    assert route.id is not None
    await _show_move(shell, CountModel(shell.workday, route.id), shell.workday.language.say("Count"))


async def _show_move(shell: Shell, model: TransferModel | CountModel, label: str) -> None:
    await model.load()
    if model.shown is None or not model.can_be_moved:
        shell.open_sheet(model.title, EmptyView("stock", model.gone if model.shown is None else model.unmoved))
        return
    form, page = await model.make_form(), next(reversed(shell.pages.values()))
    show_form(shell, page, form, model.title, lambda: model.save(form), label=label, head=_head(model))


def _make_acts(shell: Shell, product: UUID) -> Box:
    """Move it, count it: each in the place of this sheet."""
    commands = make_stock_commands(shell.workday, product)
    page = next(reversed(shell.pages.values()))
    return Halves(*(ActTile(one.icon, one.label, page.act_of(one)) for one in commands), gap=SPACE.s)


async def show_part(shell: Shell, route: Route) -> None:
    """How many of a product go onto the visit, and who pays."""
    assert route.id is not None
    model = PartModel(shell.workday, route.id, UUID(route.place.partition("/")[2]))
    await model.load()
    if model.shown is None:
        shell.open_sheet(model.title, EmptyView("stock", model.gone))
        return
    form, page = await model.make_form(), next(reversed(shell.pages.values()))
    label = shell.workday.language.say("Add to the visit")
    show_form(shell, page, form, model.title, lambda: model.add(form), label=label, head=_head(model))


def _head(model: ProductModel) -> list[Box]:
    """Code, family and price in a line; how much is in the van; and that this cannot be, where it is so."""
    hue: Hue = "amber" if model.is_low else "grey"
    return [
        *([Words(model.facts, "small", "text3")] if model.facts else []),
        *([TintBox("stock", model.in_van, hue=hue, strong=True)] if model.in_van else []),
        *([TintBox("warning", model.warning, hue="amber")] if model.warning else []),
    ]


STOCK_SHEETS: Mapping[str, OpenSheet] = {
    "product": show_product,
    "parts/": show_part,
    TRANSFER: show_transfer,
    COUNT: show_count,
}
