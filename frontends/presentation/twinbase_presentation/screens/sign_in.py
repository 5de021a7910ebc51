"""From a bare device to today's list, once: a code, a password or the company's directory, then a first sync that goes
on where it stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from twinbase.enrolment import EnrolmentOffer, read_code, read_enrolment_uri
from twinbase.errors import HalfAnswer, NotSignedIn, NotTwinbase, Offline, TransportError, TwinbaseError, WrongCode
from twinbase.replica import Replica
from twinbase_mobile.reading.moments import PARIS, local_time
from twinbase_presentation.device.directories import DirectoryOffer, DirectoryWays
from twinbase_presentation.device.directory_sign_in import DirectorySignIn, DirectoryWait, say_failure
from twinbase_presentation.faults import say_error
from twinbase_presentation.languages import Language
from twinbase_presentation.observers import Observers
from twinbase_presentation.runner import STATUS, Runner
from twinbase_presentation.timing import LoopTiming, Timing

RETRY_SECONDS = (3.0, 5.0, 10.0, 20.0, 30.0)
"""A first sync that was cut off goes on by itself after these; the last one again and again."""
SignInStep = Literal["ask", "joining", "syncing", "interrupted", "ready"]
OpenAt = Callable[[str, str], Awaitable[Replica]]
"""Takes a server's address and the SHA-256 of its certificate ("" where an authority has signed it). It runs in the
loop of the runner, and knows where files and keys are."""


@dataclass(frozen=True, slots=True)
class SignInShown:
    """`step`: ask for a code or a password, joining, syncing, interrupted (it goes on by `sync_first`), ready.

    `fault`: what went wrong, and what to do. `said`: how far the first sync is; `done`: the same, from 0 to 1, None
    while nobody knows. `directory`: what people call the one that they sign in at on the server that is meant, "" where
    there is none; `wait`: somebody is there.
    """

    step: SignInStep = "ask"
    fault: str = ""
    said: str = ""
    done: float | None = None
    directory: str = ""
    wait: DirectoryWait | None = None


class SignInModel:
    """The first screen of a new device. Nothing that is typed here is kept: a password is no draft.

    `account`: who has signed in at the directory `came_by`, once somebody has.
    """

    def __init__(
        self,
        runner: Runner,
        language: Language,
        open_at: OpenAt,
        timing: Timing | None = None,
        ways: DirectoryWays | None = None,
    ) -> None:
        self._runner, self._language, self._open_at = runner, language, open_at
        self._timing = timing or LoopTiming()
        self._observers = Observers()
        self._cuts, self._going_on = 0, set[asyncio.Task[bool]]()
        self.shown = SignInShown()
        self.was_offline = False
        self.account = self.came_by = ""
        self._offer: DirectoryOffer | None = None
        self._directory = DirectorySignIn(runner, ways or DirectoryWays(), self._note_wait)
        self.stop_waiting, self.turn_to_code = self._directory.stop, self._directory.turn_to_code

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when something else is to be shown; what is answered stops it."""
        return self._observers.add(callback)

    def read_offer(self, scanned: str) -> EnrolmentOffer | None:
        """What a scanned picture offers, to be shown before one agrees; None where it is none of ours."""
        try:
            offer = read_enrolment_uri(scanned)
        except WrongCode as error:
            self._show(step="ask", fault=say_error(self._language, error))
            return None
        self._show(fault="")
        return offer

    def describe_offer(self, offer: EnrolmentOffer) -> str:
        """What somebody reads before they agree to join."""
        say = self._language.say
        until = local_time(offer.until, PARIS)
        parts = [say("This device will join {server}.", server=offer.server)]
        if not offer.server.startswith("https://"):
            parts.append(say("Anybody on the line can read what it sends."))
        if offer.certificate:
            parts.append(say("It is known by its own certificate, {print}…", print=offer.certificate[:16]))
        if until is not None:
            parts.append(say("The code can be used until {time}.", time=self._language.format_time(until)))
        return " ".join(parts)

    def blame(self, sentence: str) -> None:
        """Say what is wrong before anything was asked."""
        self._show(step="ask", fault=sentence)

    async def join(self, offer: EnrolmentOffer, *, device_name: str = "") -> bool:
        """Sign in by what was scanned, and begin the first sync; whether the device is ready."""
        code = offer.code
        said = self._language.say("This code is no longer valid. Ask the office for another.")
        return await self._join(
            offer.server, offer.certificate, lambda replica: replica.enroll(code, device_name=device_name), said
        )

    async def join_by_code(self, server: str, typed: str, *, device_name: str = "") -> bool:
        """The same by a code that was typed."""
        try:
            code = read_code(typed)
        except WrongCode:
            said = self._language.say("A code has eight letters and digits, as 7K3M-Q9TD.")
            self._show(step="ask", fault=said)
            return False
        said = self._language.say("This code is no longer valid. Ask the office for another.")
        return await self._join(server, "", lambda replica: replica.enroll(code, device_name=device_name), said)

    async def sign_in(self, server: str, email: str, password: str, *, device_name: str = "") -> bool:
        """The same by e-mail and password."""
        said = self._language.say("E-mail or password is wrong.")
        return await self._join(
            server, "", lambda replica: replica.sign_in(email.strip(), password, device_name=device_name), said
        )

    def note_offer(self, offer: DirectoryOffer | None) -> None:
        """People sign in at this directory on the server that is meant; None where at none, or while nobody knows."""
        self._offer = offer
        self._show(directory=offer.name if offer else "")

    async def sign_in_at_directory(self, server: str, *, device_name: str = "") -> bool:
        """The same at the directory that the server was found to have."""
        if (offer := self._offer) is None:
            return False

        async def enter() -> bool:
            answer = await self._directory.enter(offer, device_name=device_name)
            if answer is not None:
                self.account, self.came_by = answer.subject, offer.name
            return answer is not None

        return await self._enter(server, "", enter, partial(self._say_no_entry, offer))

    async def sync_first(self) -> bool:
        """Fetch everything, or what is still missing; without a network it is interrupted, what came stays, and it goes
        on by itself after a while."""
        stop = self._runner.watch(STATUS, self._show_progress)
        self._show(step="syncing", fault="", said=self._language.say("First sync"), done=None)
        try:
            await self._runner.ask(lambda replica: replica.sync())
        except NotSignedIn as error:
            self._show(step="interrupted", fault=say_error(self._language, error))
            return False
        except TransportError as error:
            self._interrupt("" if isinstance(error, Offline | HalfAnswer) else say_error(self._language, error))
            return False
        except TwinbaseError as error:
            self._show(step="interrupted", fault=say_error(self._language, error))
            return False
        finally:
            stop()
        self._cuts = 0
        self._show(step="ready", said="", done=1.0)
        return True

    async def _join(
        self, server: str, certificate: str, sign_in: Callable[[Replica], Awaitable[object]], unknown: str
    ) -> bool:
        """`unknown`: what is said where the server does not know who this is."""

        async def enter() -> bool:
            await self._runner.ask(sign_in)
            return True

        def say_why(error: TwinbaseError) -> str:
            return unknown if isinstance(error, NotSignedIn) else self._say_no_way(error, certificate)

        return await self._enter(server, certificate, enter, say_why)

    async def _enter(
        self,
        server: str,
        certificate: str,
        enter: Callable[[], Awaitable[bool]],
        say_why: Callable[[TwinbaseError], str],
    ) -> bool:
        """A file for whoever comes in, who may change their mind; then all that belongs into it."""
        self._show(step="joining", fault="", said="")
        self.was_offline = False
        try:
            await self._runner.open(lambda: self._open_at(server, certificate))
            if not await enter():
                self._show(step="ask")
                return False
        except TwinbaseError as error:
            self.was_offline = isinstance(error, Offline | HalfAnswer)
            self._show(step="ask", fault=say_why(error))
            return False
        return await self.sync_first()

    def _say_no_entry(self, offer: DirectoryOffer, error: TwinbaseError) -> str:
        return say_failure(self._language, offer, error) or self._say_no_way(error)

    def _note_wait(self) -> None:
        self._show(wait=self._directory.wait)

    def _say_no_way(self, error: TwinbaseError, certificate: str = "") -> str:
        """Here nothing waits to be sent, so nothing is sent by itself."""
        if certificate and isinstance(error, NotTwinbase):
            return self._language.say(
                "What answers there shows another certificate than the code says. Change network, or call the office."
            )
        if isinstance(error, Offline | HalfAnswer):
            return self._language.say("There is no way to the server just now. Try again where there is a network.")
        return say_error(self._language, error)

    def _interrupt(self, fault: str) -> None:
        rows = self._runner.status.rows
        said = self._language.count(
            "Goes on when the network is back: {n} row is kept.",
            "Goes on when the network is back: {n} rows are kept.",
            rows,
        )
        self._show(step="interrupted", said=said, fault=fault)
        seconds = RETRY_SECONDS[min(self._cuts, len(RETRY_SECONDS) - 1)]
        self._cuts += 1
        self._timing.call_after(seconds, self._go_on)

    def _go_on(self) -> None:
        """Unless somebody has gone on already, or has left."""
        if self.shown.step == "interrupted" and self._runner.is_open:
            task = asyncio.ensure_future(self.sync_first())
            self._going_on.add(task)
            task.add_done_callback(self._going_on.discard)

    def _show_progress(self) -> None:
        status, language = self._runner.status, self._language
        if self.shown.step != "syncing" or not status.rows:
            return
        facts = {"m": language.format_number(status.rows_expected)}
        said = language.count("{n} of {m} rows", "{n} of {m} rows", status.rows, **facts)
        alone = language.count("{n} row", "{n} rows", status.rows)
        self._show(said=said if status.rows_expected else alone, done=status.progress)

    def _show(self, **changes: object) -> None:
        shown = replace(self.shown, **changes)  # type: ignore[arg-type]
        if shown != self.shown:
            self.shown = shown
            self._observers.tell()
