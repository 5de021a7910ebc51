"""Progress bars on stderr, fed by whoever works."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from twinbase.source import Tell
from twinbase_server.cli.screen import make_error_console


@contextmanager
def show_progress() -> Iterator[Tell]:
    """Bars on stderr, one for each subject: `tell("Customer", 1200, 3400)`, with None while nobody knows the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=make_error_console()) as shown:

        def tell(subject: str, done: int, of: int | None) -> None:
            if subject not in bars:
                bars[subject] = shown.add_task(subject, total=of)
            shown.update(bars[subject], completed=done, total=of)

        yield tell
