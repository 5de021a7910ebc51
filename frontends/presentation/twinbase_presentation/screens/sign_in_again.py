"""A session has ended: the same person signs in again, and the work on the device is kept."""

from datetime import datetime

from twinbase.enrolment import read_code
from twinbase.errors import NotSignedIn, TwinbaseError, WrongCode
from twinbase.replica import Replica
from twinbase.replica.file.state import read_state
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_error
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.workday import Workday

ROUTE = Route("sign_in")


class SignInAgainModel(ScreenModel[str]):
    """By a code of the office, or by the password. It shows for which account; nothing that is typed is kept."""

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, ROUTE)
        account = workday.device.account
        self.typed = {"email": account.email if account else "", "password": "", "code": ""}

    @property
    def title(self) -> str:
        return self.workday.language.say("Sign in again")

    @property
    def commands(self) -> tuple[Command, ...]:
        return (Command("sign_in", self.title, "login", self.sign_in, is_main=True),)

    async def read_from(self, replica: Replica, now: datetime) -> str:
        return (await replica.database.look(read_state)).account

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
        self.typed |= {"password": "", "code": ""}
        self.workday.runner.note_network()
        return Done(language.say("Signed in. What waited is sent now."), go=Route("sync"))
