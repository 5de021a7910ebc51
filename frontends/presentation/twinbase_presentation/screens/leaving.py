"""Signing out erases the file of an account from its device: what is unsent is shown before, and can be sent first."""

from twinbase.errors import TwinbaseError
from twinbase.replica import Replica
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_error
from twinbase_presentation.languages import Language
from twinbase_presentation.row_titles import name_edits
from twinbase_presentation.workday import Workday


class LeaveModel:
    """`load` it; `titles` are what would be lost. `fill` what is typed, and `leave`."""

    def __init__(self, workday: Workday) -> None:
        self.workday, self._typed = workday, ""
        self.titles: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What would be lost."""
        language = self.workday.language
        if not self.titles:
            return language.say("Everything is sent. Signing out erases the file of this account from this device.")
        return language.count(
            "{n} item is not sent. If you sign out it is lost.",
            "{n} items are not sent. If you sign out they are lost.",
            len(self.titles),
        )

    async def load(self) -> None:
        """What is unsent now, by title."""
        language = self.workday.language
        await self.workday.held.release()
        self.titles = await self.workday.runner.ask(lambda replica: list_unsent_titles(replica, language))

    def fill(self, text: str) -> None:
        """Somebody types how many are lost."""
        self._typed = text

    async def send_first(self) -> Done:
        """Sync now; what is left then is shown again."""
        language = self.workday.language
        try:
            await self.workday.runner.ask(lambda replica: replica.sync())
        except TwinbaseError as error:
            return Done(fault=say_error(language, error))
        finally:
            await self.load()
        if self.titles:
            return Done(fault=language.say("Not everything could be sent. The sync page says why."))
        return Done(language.say("Everything is sent."))

    async def leave(self) -> Done:
        """Erase it; where something is lost, only after its number was typed."""
        language, device, before = self.workday.language, self.workday.device, self.titles
        await self.load()
        if self.titles != before:
            return Done(fault=language.say("Meanwhile something else is unsent. Look at the list again."))
        if self.titles and self._typed.strip() != str(len(self.titles)):
            return Done(fault=language.say("Type {n}, as many as are lost.", n=len(self.titles)))
        lose = bool(self.titles)
        try:
            await self.workday.runner.ask(lambda replica: replica.sign_out(lose_unsent=lose))
        except TwinbaseError as error:
            return Done(fault=say_error(language, error))
        if device.leave is not None:
            device.leave()
        return Done()


async def list_unsent_titles(replica: Replica, language: Language) -> tuple[str, ...]:
    """Everything that is nowhere but on this device, in words: each edit, and the photos whose bytes have not gone."""
    async with replica.read() as session:
        titles = (await name_edits(session, await session.read_outbox(), language)).values()
    files = (await replica.attachments.read_usage()).waiting
    return (*titles, *([language.count("{n} photo", "{n} photos", files)] if files else []))
