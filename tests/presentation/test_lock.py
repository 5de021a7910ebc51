"""A file behind a code: wrong ones are counted over restarts, and make the next one wait."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.presentation.phone import NOW, ManualTiming

from twinbase.errors import DamagedReplica, WrongKey
from twinbase.testing.world import ManualClock
from twinbase_presentation import load_language
from twinbase_presentation.device.accounts import DeviceAccount
from twinbase_presentation.device.idle import IdleWatch
from twinbase_presentation.device.tries import TryCount
from twinbase_presentation.entry.choose_code import ChooseCodeModel
from twinbase_presentation.entry.lock import LockModel

CODE = "274951"


class LockedFile:
    """A lock before something that opens by one code; `start` is a restart of the app."""

    def __init__(self, folder: Path, *, wipe_after: int | None = None) -> None:
        self.clock, self.timing, self._wipe_after = ManualClock(NOW), ManualTiming(), wipe_after
        self.account = DeviceAccount(folder, "https://twinbase.example", "pin", name="Anna Martin")
        self.is_wiped, self.is_damaged = False, False
        self.start()

    def start(self) -> None:
        tries = TryCount(self.account.folder / "tries.json", self.clock)
        self.lock = LockModel(
            load_language("en"), self.account, tries, self.timing, self._open,
            wipe_after=self._wipe_after, wipe=self._wipe,
        )  # fmt: skip
        self.lock.open()

    async def enter(self, code: str) -> bool:
        self.lock.fill(code)
        return await self.lock.submit()

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.clock.now += timedelta(seconds=1)
            self.timing.advance(1)

    async def _open(self, code: str) -> None:
        if self.is_damaged:
            raise DamagedReplica("replica.twin")
        if code != CODE:
            raise WrongKey()

    async def _wipe(self) -> None:
        self.is_wiped = True


async def test_a_wrong_code_says_how_many_are_left_and_the_fifth_has_to_wait(tmp_path: Path) -> None:
    locked = LockedFile(tmp_path)
    assert (locked.lock.title, locked.lock.said) == ("Hello Anna", "Enter your code.")
    said = []
    for wrong in ("111112", "111113", "111114", "111115", "111116"):
        assert not await locked.enter(wrong)
        said.append(locked.lock.shown.fault)
    assert said[0] == "Wrong code. 4 tries before a wait."
    assert said[3:] == ["Wrong code. 1 try before a wait.", "Wrong code."]
    assert locked.lock.said == "Wait 30 seconds before the next try."
    assert not await locked.enter(CODE), "nothing is tried while one has to wait"
    locked.pass_time(29)
    assert locked.lock.said == "Wait 1 second before the next try."
    locked.pass_time(1)
    assert await locked.enter(CODE)
    assert not await locked.enter("111112")
    assert locked.lock.shown.fault == "Wrong code. 4 tries before a wait.", "the right one has begun anew"


async def test_each_wait_is_twice_the_one_before_and_a_restart_shortens_none(tmp_path: Path) -> None:
    locked, waits = LockedFile(tmp_path), []
    for number in range(8):
        locked.pass_time(locked.lock.shown.wait_seconds)
        assert not await locked.enter(f"11111{number}")
        locked.start()
        waits.append(locked.lock.shown.wait_seconds)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240]
    assert locked.lock.said == "Wait 4\u00a0min before the next try."
    locked.clock.now -= timedelta(days=400)
    locked.start()
    assert locked.lock.shown.wait_seconds == 240, "a clock that was put back makes nobody wait for a year"


async def test_what_is_no_fault_of_the_code_counts_for_none(tmp_path: Path) -> None:
    locked = LockedFile(tmp_path)
    locked.is_damaged = True
    for _ in range(7):
        assert not await locked.enter(CODE)
    assert locked.lock.shown.fault.startswith("The file is damaged.")
    assert locked.lock.shown.wait_seconds == 0
    locked.is_damaged = False
    assert await locked.enter(CODE)


async def test_a_count_that_somebody_has_spoiled_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "tries.json").write_text('{"faults": "many", "last": 7}')
    locked = LockedFile(tmp_path)
    assert locked.lock.shown.wait_seconds == 0
    assert await locked.enter(CODE)


async def test_a_company_may_have_a_file_destroyed_after_so_many(tmp_path: Path) -> None:
    locked = LockedFile(tmp_path, wipe_after=3)
    for number in range(3):
        assert not locked.is_wiped
        await locked.enter(f"11111{number}")
    assert locked.is_wiped and locked.lock.shown.is_wiped
    assert locked.lock.shown.fault.startswith("Too many wrong codes")


@pytest.mark.parametrize(
    ("kind", "code", "fault"),
    [
        ("pin", "12345", "A code has 6 digits at least."),
        ("pin", "12345a", "A code has 6 digits at least."),
        ("pin", "१२३४५६", "A code has 6 digits at least."),
        ("pin", "123456", "This code is guessed at once. Take another one."),
        ("pin", "000000", "This code is guessed at once. Take another one."),
        ("pin", "987654", "This code is guessed at once. Take another one."),
        ("passphrase", "kurz", "A passphrase has 10 letters at least: take four words."),
        ("passphrase", "aaaaaaaaaaaa", "A passphrase has 10 letters at least: take four words."),
    ],
)
def test_a_code_that_is_guessed_at_once_is_not_taken(kind: str, code: str, fault: str) -> None:
    model = ChooseCodeModel(load_language("en"), kind)  # type: ignore[arg-type]
    model.fill(code)
    assert not model.submit()
    assert (model.shown.fault, model.shown.is_again) == (fault, False)


def test_a_code_is_typed_twice() -> None:
    model = ChooseCodeModel(load_language("en"))
    for text in (CODE, "274952", CODE):
        model.fill(text)
        assert not model.submit()
    assert (model.shown.is_again, model.title) == (True, "The same once more")
    model.fill(CODE)
    assert model.submit()
    assert model.chosen == CODE


def test_it_locks_when_nobody_has_touched_it_for_so_long() -> None:
    clock, timing, locked = ManualClock(NOW), ManualTiming(), list[str]()
    idle = IdleWatch(timing, clock, lambda: locked.append("locked"))
    idle.start(10)
    timing.advance(9 * 60)
    idle.note_touch()
    timing.advance(9 * 60)
    assert locked == []
    timing.advance(60)
    assert locked == ["locked"]
    idle.start(0)
    timing.advance(100_000)
    assert locked == ["locked"], "never is never"


def test_a_machine_that_slept_is_locked_at_the_first_touch() -> None:
    clock, timing, locked = ManualClock(NOW), ManualTiming(), list[str]()
    idle = IdleWatch(timing, clock, lambda: locked.append("locked"))
    idle.start(10)
    clock.now += timedelta(hours=3)
    idle.note_touch()
    assert locked == ["locked"]
