"""How the sync stands, in the words of the line at the top and of the banner below it."""

from collections.abc import Iterator

from twinbase_presentation import Workday, describe_status
from twinbase_presentation.status_line import say_proof
from twinbase_textual.day.edge_lines import EdgeWord


def say_status_words(workday: Workday) -> Iterator[EdgeWord]:
    """Offline since, so many to send, so many that wait for a person; where nothing is to be said, the proof."""
    status, language, now = workday.runner.status, workday.language, workday.read_now()
    line = describe_status(status, language, now, workday.zone)
    if line.left is not None:
        yield EdgeWord(line.left.said, line.left.tone, is_strong=True)
    if line.to_send is not None:
        yield EdgeWord(f"↑ {line.to_send.said}", "amber", is_strong=True)
    if line.needs_you is not None:
        yield EdgeWord(f"✗ {status.refused or status.conflicts + status.parked}", "red", is_strong=True)
    proof = say_proof(status, language, now, workday.zone)
    if line.is_empty and proof:
        yield EdgeWord(f"✓ {proof}", "green")


def say_banner(workday: Workday, number: int) -> str:
    """What waits for a person, and the number of the place where it is settled; "" for nothing."""
    line = describe_status(workday.runner.status, workday.language, workday.read_now(), workday.zone)
    if line.needs_you is None:
        return ""
    show = workday.language.say("{number}: show it", number=number)
    return f"✗ {line.needs_you.said}  {show}"
