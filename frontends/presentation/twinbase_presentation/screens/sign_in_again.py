"""A session has ended: the same person signs in again, and the work on the device is kept."""

from datetime import datetime

from twinbase.enrolment import read_code
from twinbase.errors import ForeignReplica, HalfAnswer, NotSignedIn, Offline, TwinbaseError, WrongCode
from twinbase.replica import Replica
from twinbase.replica.file.state import read_state
from twinbase_presentation.command import Command, Done
from twinbase_presentation.device.directories import DirectoryOffer
from twinbase_presentation.device.directory_sign_in import DirectorySignIn, DirectoryWait, say_failure
from twinbase_presentation.faults import say_error
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.workday import Workday

ROUTE = Route("sign_in")


class SignInAgainModel(ScreenModel[str]):
    """By a code of the office, by the password, or at the company's directory where they came by it. It shows for which
    account; nothing that is typed is kept."""

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, ROUTE)
        account = workday.device.account
        self.typed = {"email": account.email if account else "", "password": "", "code": ""}
        self._directory = DirectorySignIn(workday.runner, workday.device.ways, self._tell)
        self.is_asking = False

    @property
    def title(self) -> str:
        return self.workday.language.say("Sign in again")

    @property
    def directory(self) -> str:
        """What people call the one that they sign in at; "" where it was not by one, or nothing here knows how."""
        account = self.workday.device.account
        return account.directory if account and self.workday.device.ways.brought else ""

    @property
    def wait(self) -> DirectoryWait | None:
        """Somebody is there: what is shown meanwhile."""
        return self._directory.wait

    @property
    def commands(self) -> tuple[Command, ...]:
        """Those of who waits, and else the ways in: the directory is the first for who came by it."""
        say = self.workday.language.say
        if self.wait is not None:
            elsewhere = Command("by_code", say("Use another device"), "device", self._turn_to_code)
            return (Command("stop", say("Cancel"), "close", self._stop), *(() if self.wait.code else (elsewhere,)))
        by_directory = say("Sign in with {directory}", directory=self.directory)
        at_directory = Command("directory", by_directory, "company", self.sign_in_at_directory, is_main=True)
        typed = Command("sign_in", self.title, "login", self.sign_in, is_main=not self.directory)
        return (at_directory, typed) if self.directory else (typed,)

    async def read_from(self, replica: Replica, now: datetime) -> str:
        return (await replica.database.look(read_state)).account

    def close(self) -> None:
        """It is left: nobody is waited for any more."""
        self._directory.stop()
        super().close()

    def fill(self, name: str, text: str) -> None:
        """Somebody has typed."""
        self.typed[name] = text

    async def sign_in(self) -> Done:
        """By the code, where one is typed; then sync, which sends what has waited."""
        language, typed = self.workday.language, self.typed
        email, password = typed["email"].strip(), typed["password"]
        try:
            if typed["code"].strip():
                code = read_code(typed["code"])
                await self.workday.runner.ask(lambda replica: replica.enroll(code))
            elif email and password:
                await self.workday.runner.ask(lambda replica: replica.sign_in(email, password))
            else:
                return Done(fault=language.say("Type a code, or e-mail and password."))
        except WrongCode:
            return Done(fault=language.say("A code has eight letters and digits, as 7K3M-Q9TD."))
        except NotSignedIn:
            return Done(fault=language.say("The server does not know this. Check it, or ask the office for a code."))
        except TwinbaseError as error:
            return Done(fault=say_error(language, error))
        return self._conclude()

    async def sign_in_at_directory(self) -> Done:
        """In the browser, or by a code; then the same. Whoever changes their mind is where they were."""
        if self.is_asking:
            return Done()
        self._note_asking(True)
        try:
            with self.workday.being_away(self._directory.stop):
                return await self._enter()
        finally:
            self._note_asking(False)

    async def _enter(self) -> Done:
        offer: DirectoryOffer | None = None
        try:
            offer = await self._find_offer()
            answer = await self._directory.enter(offer)
        except TwinbaseError as error:
            return Done(fault=self._say_fault(offer, error))
        return Done() if answer is None else self._conclude()

    def _note_asking(self, is_asking: bool) -> None:
        self.is_asking = is_asking
        self._tell()

    async def _find_offer(self) -> DirectoryOffer:
        ways = self.workday.device.ways
        offer = await self.workday.runner.ask(lambda replica: ways.find_offer(replica.ask_plugin))
        if offer is None:
            raise NotSignedIn(self.workday.language.say("This server has no directory any more. Sign in another way."))
        return offer

    def _say_fault(self, offer: DirectoryOffer | None, error: TwinbaseError) -> str:
        language = self.workday.language
        if isinstance(error, ForeignReplica):
            return language.say(
                "You signed in as somebody else. This device holds the work of {account}: choose that account at the "
                "directory.",
                account=self.shown or self.typed["email"],
            )
        if isinstance(error, Offline | HalfAnswer):
            return language.say("There is no way to the server just now. Try again where there is a network.")
        if offer is None:
            return error.detail if isinstance(error, NotSignedIn) else say_error(language, error)
        return say_failure(language, offer, error) or say_error(language, error)

    async def _stop(self) -> Done:
        self._directory.stop()
        return Done()

    async def _turn_to_code(self) -> Done:
        self._directory.turn_to_code()
        return Done()

    def _conclude(self) -> Done:
        self.typed |= {"password": "", "code": ""}
        self.workday.runner.note_network()
        return Done(self.workday.language.say("Signed in. What waited is sent now."), go=Route("sync"))
