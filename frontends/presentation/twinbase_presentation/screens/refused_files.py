"""Attachments that the server does not take, or whose row is not on this device any more: each waits for a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twinbase.registry import Registry
from twinbase.replica import RefusedAttachment
from twinbase_presentation.languages import Language, show

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class RefusedFileCard:
    """`sha256`: what `discard_file` and `offer_file` take. `is_here`: there is something to offer."""

    sha256: str
    title: str
    sentence: str
    is_here: bool


def list_refused_files(
    refused: Sequence[RefusedAttachment], registry: Registry, language: Language
) -> Iterator[RefusedFileCard]:
    """One card for each content, whichever of its rows is asked about first."""
    for one in {each.sha256: each for each in reversed(refused)}.values():
        caption = registry[one.twin].mirror.caption if one.twin in registry else None
        word = language.translate(caption.word) if caption else one.twin
        megabytes = language.format_number(one.size / MEGABYTE, decimals=1)
        title = language.say("{what}, {n} MB", what=word, n=megabytes)
        yield RefusedFileCard(one.sha256, show(title), show(language.translate(one.reason)), one.is_here)
