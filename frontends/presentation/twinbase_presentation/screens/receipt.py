"""The receipt of an expense: a picture or a PDF, kept on this device before its row names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.replica import Replica
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_error
from twinbase_presentation.route import Route
from twinbase_presentation.workday import Workday

PDF_BEGINS = b"%PDF-"
PDF_MIME = "application/pdf"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a row says of it."""

    sha256: str
    size_bytes: int
    mime: str

    @property
    def text(self) -> str:
        """As it stands in a form, whose drafts are texts."""
        return f"{self.sha256} {self.size_bytes} {self.mime}"

    @property
    def columns(self) -> Mapping[str, Any]:
        return {"receipt_sha256": self.sha256, "size_bytes": self.size_bytes, "mime": self.mime}

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What a form holds; None where there is none."""
        parts = text.split(" ")
        return cls(parts[0], int(parts[1]), parts[2]) if len(parts) == 3 and parts[1].isdigit() else None

    @classmethod
    def find(cls, known: Mapping[str, Any]) -> Self | None:
        """That of an expense as it is."""
        sha256 = known.get("receipt_sha256")
        return cls(sha256, known.get("size_bytes") or 0, known.get("mime") or "image/jpeg") if sha256 else None


NO_RECEIPT: Mapping[str, Any] = {"receipt_sha256": None, "size_bytes": None, "mime": None}


async def keep_receipt(workday: Workday, picture: bytes | Path) -> Receipt:
    """Keep it encrypted beside the file: a picture is made smaller, a PDF stays as it is. Raises UnreadablePicture."""

    async def work(replica: Replica) -> Receipt:
        begins = picture[:5] if isinstance(picture, bytes) else _read_beginning(picture)
        if begins == PDF_BEGINS:
            size = len(picture) if isinstance(picture, bytes) else picture.stat().st_size
            return Receipt(await replica.attachments.put(picture), size, PDF_MIME)
        taken = await replica.attachments.take_photo(picture)
        return Receipt(taken.sha256, taken.size, taken.mime)

    return await workday.runner.ask(work)


async def draft_receipt(workday: Workday, expense: UUID | None, picture: bytes | Path) -> Done:
    """Keep it as a draft of the expense, like all that is typed there: a kill before it is saved loses nothing."""
    language, form = workday.language, str(Route("expense", expense, "form"))
    try:
        receipt = await keep_receipt(workday, picture)
    except TwinbaseError as error:
        return Done(fault=say_error(language, error))
    except OSError:
        return Done(fault=language.say("This file cannot be read. Choose another one."))
    await workday.runner.ask(lambda replica: replica.drafts.set(form, "receipt", receipt.text))
    return Done(language.say("Receipt kept."), go=Route("expense", expense))


def _read_beginning(path: Path) -> bytes:
    """Nothing of what cannot be opened: that is said when the picture is read."""
    try:
        with path.open("rb") as file:
            return file.read(len(PDF_BEGINS))
    except OSError:
        return b""
