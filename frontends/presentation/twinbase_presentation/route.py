"""Where somebody is in an app: the name of a screen, and the row that it is about."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Route:
    """A screen, and the id of what it shows. Ids go between screens, and rows never do.

    `place`: what of the screen is open, an appliance's checklist say.
    """

    name: str
    id: UUID | None = None
    place: str = ""

    def __str__(self) -> str:
        """As it is kept over a restart, and as drafts are named: `visit/0198…/checklist`."""
        parts = (self.name, str(self.id or ""), self.place)
        return "/".join(parts).rstrip("/")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The route that a text names; raises ValueError where it names none."""
        name, _, rest = text.partition("/")
        id_, _, place = rest.partition("/")
        if not name:
            raise ValueError(f"{text!r} names no screen.")
        return cls(name, UUID(id_) if id_ else None, place)
