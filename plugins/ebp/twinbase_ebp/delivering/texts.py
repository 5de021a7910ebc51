"""Texts as EBP keeps them: rich text beside plain text, and what EBP has no column for in a block of its own."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

BLOCK = "--- Visite ---"
LOCATION = "Emplacement : "


def format_rich(text: str) -> str:
    """The text as RTF, for the column beside the plain one: EBP shows the one and searches the other."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "{\\rtf1\\ansi\\ansicpg1252\\deff0 " + "\\par\r\n".join(_escaped(line) for line in lines) + "}"


def _escaped(line: str) -> str:
    return "".join(_character(character) for character in line)


def _character(character: str) -> str:
    if character in "\\{}":
        return "\\" + character
    if character == "\t":
        return "\\tab "
    if character < " ":
        return ""
    if ord(character) < 128:
        return character
    encoded = character.encode("utf-16-le")
    # RTF counts UTF-16 units as signed 16-bit numbers; "?" is for readers that know no Unicode.
    numbers = (int.from_bytes(encoded[at : at + 2], "little", signed=True) for at in range(0, len(encoded), 2))
    return "".join(f"\\u{number}?" for number in numbers)


def add_block(report: str | None, facts: Sequence[str]) -> str:
    """The report with its facts below, in a block that replaces the one that was there."""
    own = remove_block(report or "")
    return "\n".join([*([own, ""] if own else []), BLOCK, *facts]) if facts else own


def remove_block(text: str) -> str:
    """What people wrote: the text before the block."""
    return text.replace("\r\n", "\n").split(f"{BLOCK}\n")[0].rstrip()


def add_location(notes: str | None, location: str | None) -> str:
    """The notes with one line that says where an appliance stands; all other lines stay as they are."""
    lines = [line for line in (notes or "").splitlines() if not line.startswith(LOCATION)]
    return "\n".join([*([LOCATION + location] if location else []), *lines])


def format_local_time(moment: datetime | None, zone: str) -> str | None:
    """An instant as EBP writes it: the clock on the wall, without a zone."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0).isoformat()


def format_time(moment: datetime, zone: str) -> str:
    """For people to read."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%d/%m/%Y %H:%M")


def format_number(number: Decimal) -> str:
    """Without needless zeros, and never with an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
