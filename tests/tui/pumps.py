"""A plugin of somebody else's: a list of pumps, a card on every visit, and something to do."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from twinbase import hookimpl
from twinbase.screens import (
    ActionDone,
    ActionSpec,
    AskedField,
    BlocksCard,
    BlocksPage,
    BroughtScreen,
    CardSpec,
    EmptyBlock,
    FactsBlock,
    LinesBlock,
    ListedLine,
    PictureBlock,
    PlaceRef,
    ScreenDesk,
    ScreenFilter,
    ScreenQuery,
    ScreenSpec,
    TextBlock,
    WarnBlock,
)

FIRST, SECOND = UUID(int=71), UUID(int=72)
PUMPS = {FIRST: "Wilo Stratos", SECOND: "Grundfos Alpha"}


async def load_pumps(desk: ScreenDesk, query: ScreenQuery) -> BlocksPage:
    names = {id_: name for id_, name in PUMPS.items() if query.text.lower() in name.lower()}
    if "loud" in query.filters:
        names.pop(FIRST, None)
    lines = [ListedLine(name, "cellar", "4 m", "pending", PlaceRef("pumps", id_)) for id_, name in names.items()]
    return BlocksPage((TextBlock("Of this house"), LinesBlock(tuple(lines))))


async def load_pump(desk: ScreenDesk, row: UUID) -> BlocksPage:
    facts = FactsBlock({"Height": "4 m", "Standing under the stairs of the second house": "Bâtiment B, cave 12"})
    warning = WarnBlock("danger", "It is under current while it is open: switch it off at the board first.")
    return BlocksPage(
        (warning, facts, PictureBlock("0" * 64, "Nameplate"), EmptyBlock("Never vented.", "bleed")), PUMPS[row]
    )


async def load_card(desk: ScreenDesk, visit: UUID) -> BlocksCard:
    return BlocksCard((TextBlock("Runs since March"),), 1)


async def vent(desk: ScreenDesk, row: UUID, values: Mapping[str, Any]) -> ActionDone:
    return ActionDone(f"Vented, {values['bar']} bar.")


@hookimpl
def twinbase_screens(language: str) -> Iterator[BroughtScreen]:
    filters = (ScreenFilter("loud", "Loud ones"),)
    yield ScreenSpec("pumps", "Pumps", "bolt", load_pumps, filters, load_pump)
    yield CardSpec("visit", "pumps", "Pumps of the visit", "bolt", load_card)
    asks = (AskedField("bar", "Pressure", "number", is_required=True, unit="bar"),)
    yield ActionSpec("visit", "vent", "Vent it", "bolt", vent, asks, "v")
    yield ActionSpec("screen", "bleed", "Vent it", "bolt", vent, asks, screen="pumps", is_main=True)
