"""What can go wrong between us and NinjaOne. No message holds a secret, a body that was answered, or a customer's name.

NinjaOneError
├── NotConfigured
├── Unreachable                nothing answered in time, or it said that it cannot now
│   ├── TooManyCalls           429: it says how long to wait
│   └── Uncertain              a call that writes got no answer: it may have been carried out
├── UnexpectedAnswer           something answered that is not NinjaOne's data: HTML, too large, of another form
│   └── NotWhole               a list of which nobody can say whether it came whole
└── CallRefused                NinjaOne understood, and said no
    ├── WrongRegion
    ├── WrongCredentials
    ├── NotAllowed             the application lacks a permission
    │   └── UserContextRequired  tickets are written by users only, here
    ├── NotThere               404: it was deleted, or never was
    └── OutOfDate              somebody else changed it since it was read
"""

from collections.abc import Sequence
from typing import Any

from twinbase.errors import TwinbaseError


class NinjaOneError(TwinbaseError):
    """Something went wrong with NinjaOne."""


class NotConfigured(NinjaOneError):
    """NinjaOne is not configured. Set TWINBASE_NINJAONE_CLIENT_ID and TWINBASE_NINJAONE_CLIENT_SECRET, both."""


class Unreachable(NinjaOneError):
    """NinjaOne does not answer at the moment. Nothing is lost; the next run goes on from here."""

    def __init__(self, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        """`retry_after_seconds`: the pause that NinjaOne asked for, if it asked for one."""
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooManyCalls(Unreachable):
    """NinjaOne asks us to call less often. The next run goes on; TWINBASE_NINJAONE_CALLS_PER_SECOND slows us down."""


class Uncertain(Unreachable):
    """NinjaOne did not answer a call that writes, so it may have been carried out. Look there before it is repeated."""


class UnexpectedAnswer(NinjaOneError):
    """Something answered that is not NinjaOne's data; a proxy or a maintenance page, perhaps."""


class NotWhole(UnexpectedAnswer):
    """NinjaOne's list may be longer than what came of it. What came is kept, and nothing is taken for deleted."""

    def __init__(self, detail: str = "", *, rows: Sequence[dict[str, Any]] = ()) -> None:
        """`rows`: what came, in its order."""
        super().__init__(detail)
        self.rows = rows


class CallRefused(NinjaOneError):
    """NinjaOne refused a call."""

    def __init__(self, detail: str = "", *, status: int = 0, said: str = "") -> None:
        """`said`: NinjaOne's own words, for the person who asked. They may name things, so no message holds them."""
        super().__init__(detail)
        self.status = status
        self.said = said


class WrongRegion(CallRefused):
    """This region does not know the application. Set TWINBASE_NINJAONE_REGION to the one in your NinjaOne's address."""


class WrongCredentials(CallRefused):
    """NinjaOne does not accept the client id and its secret. Compare them with Administration, Apps, API there."""


class NotAllowed(CallRefused):
    """The application lacks a permission in NinjaOne. Give it the scope there, or leave out what needs it."""


class UserContextRequired(NotAllowed):
    """NinjaOne lets only users write tickets here, not applications. Reading goes on; writing must be switched off."""


class NotThere(CallRefused):
    """NinjaOne has no such thing; it may have been deleted."""


class OutOfDate(CallRefused):
    """It was changed in NinjaOne since it was read. Read it again, then decide."""
