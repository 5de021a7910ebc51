"""Choosing the receipt of an expense: one picture of this device's disk, or a PDF."""

from pathlib import Path
from uuid import UUID

from twinbase_presentation.command import Done
from twinbase_presentation.route import Route
from twinbase_presentation.screens.choose import READABLE, PictureChooser
from twinbase_presentation.screens.receipt import draft_receipt
from twinbase_presentation.workday import Workday


class ChooseReceiptModel(PictureChooser):
    """It is kept as a draft of the expense, like all that is typed there: a kill between the two loses nothing."""

    endings = (*READABLE, ".pdf")

    def __init__(self, workday: Workday, expense: UUID | None) -> None:
        super().__init__(workday, Route("expense", expense, "choose"))
        self.expense = expense

    @property
    def title(self) -> str:
        return self.workday.language.say("Choose the receipt")

    def toggle(self, path: Path) -> None:
        """There is one receipt: another one takes its place."""
        self.chosen = self.chosen & {path}
        super().toggle(path)

    async def take(self) -> Done:
        """Keep it, and go back to the expense, which has it then."""
        chosen, self.chosen = sorted(self.chosen), frozenset()
        if not chosen:
            return Done(fault=self.workday.language.say("No picture is chosen."))
        return await draft_receipt(self.workday, self.expense, chosen[0])

    def say_take(self) -> str:
        return self.workday.language.say("Take this receipt")
