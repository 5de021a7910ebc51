"""Screens, cards and actions that a plugin brings to the apps: data only, drawn by whichever front end shows them.

Every text comes translated: `twinbase_screens` is given the language of the device.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

Answer = TypeVar("Answer")
CardPlace = Literal["visit", "customer"]
ActionPlace = Literal["visit", "customer", "screen"]
AskedKind = Literal["text", "long_text", "number", "whole", "flag", "choice", "time", "day"]
WarnLevel = Literal["note", "warning", "danger"]
LINES_MAX = 500
"""Of one page; a screen asks for the next ones by `offset`."""


class ScreenDesk(Protocol):
    """What the functions of a screen work with: the replica of the device, in sessions, and who uses it."""

    @property
    def claims(self) -> Mapping[str, Any]:
        """Of whoever signed in."""
        ...

    @property
    def language(self) -> str:
        """`fr` or `en`."""
        ...

    @property
    def now(self) -> datetime:
        """The moment, on the clocks of the device."""
        ...

    async def read(self, work: Callable[[Any], Awaitable[Answer]]) -> Answer:
        """What `work(session)` answers, over one moment of the file: frozen values, and no rows."""
        ...

    async def write(self, work: Callable[[Any], Awaitable[Answer]]) -> Answer:
        """The same in one local transaction, which is committed behind it."""
        ...


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """Somewhere to go to: a screen of an app by its name, `visit`, `customer` or that of a `ScreenSpec`, and a row."""

    screen: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class ListedLine:
    """One line of a list. `figure` stands at the right; `mark`: pending, sent, parked, conflict, refused, or ""."""

    title: str
    sub: str = ""
    figure: str = ""
    mark: str = ""
    to: PlaceRef | None = None


@dataclass(frozen=True, slots=True)
class LinesBlock:
    """A list, at most 500 of them."""

    lines: Sequence[ListedLine]


@dataclass(frozen=True, slots=True)
class FactsBlock:
    """Labels and their values, in order."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """An attachment that is a picture, by its hash."""

    sha256: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class WarnBlock:
    """Something that one should know before one goes on."""

    level: WarnLevel
    sentence: str


@dataclass(frozen=True, slots=True)
class EmptyBlock:
    """There is nothing, said in a sentence; `action`: the id of the `ActionSpec` that would change it."""

    sentence: str
    action: str = ""


Block = TextBlock | LinesBlock | FactsBlock | PictureBlock | WarnBlock | EmptyBlock


@dataclass(frozen=True, slots=True)
class BlocksPage:
    """What a screen shows. `total`: of how many lines, where there are more than these."""

    blocks: Sequence[Block]
    title: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class BlocksCard:
    """What a card shows. `count` stands in its heading, where there is one."""

    blocks: Sequence[Block]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ScreenQuery:
    """What somebody asks of a list: words, the filters that are on, from which line on."""

    text: str = ""
    filters: frozenset[str] = frozenset()
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ScreenFilter:
    """A chip that narrows a list; `is_on` at first."""

    id: str
    label: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field that an action asks for. `choices`: value → label; `begins_with`: what stands in it at first."""

    name: str
    label: str
    kind: AskedKind = "text"
    is_required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    begins_with: str = ""


@dataclass(frozen=True, slots=True)
class ActionDone:
    """What became of an action: `said` for whoever acted; `fault`: why nothing was done."""

    said: str = ""
    fault: str = ""
    go: PlaceRef | None = None


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """A screen of its own, under "More" or in the rail. `load` gives its list, `detail` one row of it.

    `icon`: a name of Material Symbols; `order`: smaller comes first.
    """

    id: str
    title: str
    icon: str
    load: Callable[[ScreenDesk, ScreenQuery], Awaitable[BlocksPage]]
    filters: Sequence[ScreenFilter] = ()
    detail: Callable[[ScreenDesk, UUID], Awaitable[BlocksPage]] | None = None
    order: int = 500


@dataclass(frozen=True, slots=True)
class CardSpec:
    """A card on every visit, or on every customer; `load` answers None where it has nothing to show."""

    on: CardPlace
    id: str
    title: str
    icon: str
    load: Callable[[ScreenDesk, UUID], Awaitable[BlocksCard | None]]
    order: int = 500


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """Something to do about a visit, a customer, or a row of a screen (`screen`: its id): in the menu, in the palette,
    and with `is_main` on the card.

    `asks`: the fields of its form, whose values `run` gets by name. `is_shown` says whether it is there, from what is
    known of the row: `status` of a visit, `id` of any; without it, it always is.
    """

    on: ActionPlace
    id: str
    label: str
    icon: str
    run: Callable[[ScreenDesk, UUID, Mapping[str, Any]], Awaitable[ActionDone]]
    asks: Sequence[AskedField] = ()
    key: str = ""
    screen: str = ""
    is_main: bool = False
    is_shown: Callable[[Mapping[str, Any]], bool] | None = None


BroughtScreen = ScreenSpec | CardSpec | ActionSpec
