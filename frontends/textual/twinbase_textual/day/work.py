"""Work that a widget begins and does not wait for."""

from collections.abc import Awaitable, Callable
from typing import Any

from textual.dom import DOMNode


def start_work(
    widget: DOMNode, work: Callable[[], Awaitable[None]], group: str = "acts", *, is_last: bool = False
) -> None:
    """Begin it. `is_last`: what runs of the same group is given up for it, also where it has not begun yet."""
    # What Textual takes is a union that no type checker solves for a function that answers nothing.
    any_work: Any = work
    widget.run_worker(any_work, group=group, exclusive=is_last)
