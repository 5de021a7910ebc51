"""The sheets of products: what one is and where it lies, and how many of it go onto a visit."""

from collections.abc import Mapping
from uuid import UUID

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.boxes import Box
from twinbase_kivy.screens.stock import list_facts
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route
from twinbase_presentation.screens.stock import PartModel, ProductModel
from twinbase_presentation.tokens import Hue


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
    shell.open_sheet(model.title, *_head(model), description, *list_facts(sheet, shell.workday.language))


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


STOCK_SHEETS: Mapping[str, OpenSheet] = {"product": show_product, "parts/": show_part}
