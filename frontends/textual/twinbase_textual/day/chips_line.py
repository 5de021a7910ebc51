"""What narrows a list, in a line above it: the arrows at the sides choose."""

from collections.abc import Iterable

from textual.content import Content

from twinbase_presentation.screens.jobs import JobsChip


def compose_chips(chips: Iterable[JobsChip]) -> Content:
    """Their words and figures; the one that is on is underlined."""
    parts = []
    for chip in chips:
        label = chip.label if chip.count is None else f"{chip.label} {chip.count}"
        parts.append(Content.styled(label, "bold underline $tone-primary" if chip.is_on else "$tone-grey"))
    return Content.assemble(("← ", "$tone-hint"), Content("  ").join(parts), (" →", "$tone-hint"))
