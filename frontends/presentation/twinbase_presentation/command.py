"""What somebody can do on a screen: the same act behind a button, a key and a line of the palette."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from twinbase_presentation.route import Route


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act. `said`: for a toast, "" for none; `fault`: why it was not done, beside the button.

    `go`: the screen to show now; `opens`: an address that the system opens, `tel:…` or `geo:…`. `can_undo`: it is held
    for some seconds, and `HeldActs.undo` drops it.
    """

    said: str = ""
    fault: str = ""
    go: Route | None = None
    opens: str = ""
    can_undo: bool = False

    @property
    def is_done(self) -> bool:
        return not self.fault


RunCommand = Callable[[], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Command:
    """One act. `key`: as `ctrl+s`, "" for none; `why_not`: the reason in words for which it cannot be done now.

    `is_main`: the one that the screen is there for. `badge`: a count on the button, 0 for none.
    """

    id: str
    label: str
    icon: str
    run: RunCommand
    key: str = ""
    why_not: str = ""
    is_main: bool = False
    is_destructive: bool = False
    badge: int = 0

    @property
    def is_enabled(self) -> bool:
        return not self.why_not
