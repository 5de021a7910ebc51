"""A code for a file that is there already: set, changed, taken away, and killed in the middle of it."""

import json
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from tests.plugins.mobile.reading.company import Company
from tests.presentation.test_lobby import CODE, NoKeyring, OwnedDevice

from twinbase.replica.file.lock import hold_sync_lock
from twinbase.replica.tokens import MemoryTokens
from twinbase_presentation import Done, Workday
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.entry.lock_code import LockCodeModel
from twinbase_presentation.screens.settings import SettingsModel

OTHER, WORDS = "583920", "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class KilledAt:
    """What a kill would have left: the folder of the device, and what its keyring has."""

    folder: Path
    keyring: Mapping[str, str]


class WatchedKeyring(MemoryTokens):
    """A keyring that says before and after it was changed."""

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._kept.update(kept or {})
        self.on_step: Callable[[], None] = lambda: None

    def write(self, name: str, text: str) -> None:
        self.on_step()
        super().write(name, text)
        self.on_step()

    def forget(self, name: str) -> None:
        self.on_step()
        super().forget(name)
        self.on_step()


class WatchedFolder(DeviceFolder):
    """Accounts on a disk, of which somebody looks at every step."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.on_step: Callable[[], None] = lambda: None

    def save_account(self, account: DeviceAccount) -> None:
        self.on_step()
        super().save_account(account)
        self.on_step()


class CodedDevice(OwnedDevice):
    """A device with a keyring, on which somebody is inside."""

    def __init__(self, company: Company, folder: Path, kept: Mapping[str, str] | None = None) -> None:
        self.keyring = WatchedKeyring(kept)
        super().__init__(company, folder, FileKeys(self.keyring))
        self.folder = WatchedFolder(folder)
        self.start()

    def make_workday(self) -> Workday:
        """As a front end makes it for whoever is inside."""
        lobby = self.lobby
        assert lobby.me is not None
        device = OwnDevice(code=lobby.make_code(), lock=lambda: None)
        return Workday(self.runner, lobby.me, lobby.language, clock=self.clock, timing=self.timing, device=device)

    def make_model(self, *, removes: bool = False) -> LockCodeModel:
        workday = self.make_workday()
        assert workday.device.code is not None
        return LockCodeModel(workday, workday.device.code, removes=removes)

    async def change(self, *typed: str, removes: bool = False) -> Done:
        """Everything that is typed, one after the other; what was said last."""
        return await type_into(self.make_model(removes=removes), *typed)

    async def restart(self) -> None:
        await self.runner.let_go()
        self.start()
        await self.lobby.start()

    def watch(self, folder: Path) -> list[KilledAt]:
        """From now on, what a kill at each step would leave."""
        seen: list[KilledAt] = []

        def look() -> None:
            copy = folder / f"{len(seen)}"
            shutil.copytree(self.folder.path, copy)
            seen.append(KilledAt(copy, dict(self.keyring._kept)))

        assert isinstance(self.folder, WatchedFolder)
        self.folder.on_step = self.keyring.on_step = look
        return seen


async def type_into(model: LockCodeModel, *typed: str) -> Done:
    done = Done()
    for text in typed:
        model.fill(text)
        done = await model.submit()
    return done


@pytest.fixture
async def coded(company: Company, tmp_path: Path) -> AsyncIterator[CodedDevice]:
    device = CodedDevice(company, tmp_path / "device")
    await device.sign_in()
    await device.lobby.begin()
    assert device.step == "inside"
    yield device
    await device.runner.let_go()


async def test_a_code_that_is_set_later_is_asked_from_then_on(coded: CodedDevice) -> None:
    settings = SettingsModel(coded.make_workday())
    assert settings.lock_said == "Opened by the keyring of this device"
    assert [one.label for one in settings.commands if "code" in one.id] == ["Set a code"]
    model = coded.make_model()
    assert (model.title, model.step) == ("Set a code", "new")
    assert "If you forget it nobody can open the file" in model.said
    assert (await type_into(model, "12345")).fault == "A code has 6 digits at least."
    assert (await type_into(model, CODE, OTHER)).fault == "These were two different codes. Once more."
    assert (await type_into(model, CODE, CODE)).said == "From now on a code is asked."
    assert coded.keyring._kept == {}, "the keyring has forgotten a key that opens nothing"
    await coded.restart()
    assert coded.step == "locked"
    await coded.unlock(OTHER)
    assert coded.step == "locked"
    await coded.unlock(CODE)
    assert coded.step == "inside"
    await coded.runner.ask(lambda replica: replica.sync())
    settings = SettingsModel(coded.make_workday())
    assert settings.lock_said == "A code is asked"
    assert [one.label for one in settings.commands if "code" in one.id] == ["Change the code", "Remove the code"]


async def test_the_page_says_at_once_that_a_code_is_asked_and_may_lock_by_it(coded: CodedDevice) -> None:
    workday, told = coded.make_workday(), list[str]()
    assert workday.device.code is not None and not workday.device.can_lock
    settings = SettingsModel(workday)
    settings.observe(lambda: told.append(settings.lock_said))
    await type_into(LockCodeModel(workday, workday.device.code), CODE, CODE)
    assert told == ["A code is asked"]
    assert workday.device.can_lock and coded.lobby.account == workday.device.account
    assert "lock_minutes" in [one.name for one in settings.choices]
    await coded.lobby.lock()
    assert coded.step == "locked"
    settings.close()


async def test_changing_asks_for_the_code_of_now_and_wrong_ones_count_as_at_the_lock(coded: CodedDevice) -> None:
    await coded.change(CODE, CODE)
    model = coded.make_model()
    assert (model.title, model.label) == ("Change the code", "Your code now")
    assert (await type_into(model, OTHER)).fault == "Wrong code. 4 tries before a wait."
    await type_into(model, *("111112", "111113", "111114", "111115"))
    assert model.said == "Wait 30 seconds before the next try." and not model.can_type
    assert not (await type_into(model, CODE)).is_done, "nothing is tried while one has to wait"
    await coded.lobby.lock()
    assert coded.lobby.lock_page is not None
    assert coded.lobby.lock_page.shown.wait_seconds == 30, "the lock has counted them, too"


async def test_the_new_code_takes_the_place_of_the_old_one(coded: CodedDevice) -> None:
    await coded.change(CODE, CODE)
    assert (await coded.change(CODE, OTHER, OTHER)).said == "The code is changed."
    model = coded.make_model()
    await type_into(model, OTHER)
    model.choose_kind("passphrase")
    assert (await type_into(model, WORDS, WORDS)).said == "The code is changed."
    await coded.restart()
    for wrong in (CODE, OTHER):
        await coded.unlock(wrong)
        assert coded.step == "locked"
    await coded.unlock(WORDS)
    assert coded.step == "inside"
    assert SettingsModel(coded.make_workday()).lock_said == "A passphrase is asked"


async def test_a_code_that_is_taken_away_is_asked_no_more(coded: CodedDevice) -> None:
    await coded.change(CODE, CODE)
    assert (await coded.change(OTHER, removes=True)).fault == "Wrong code. 4 tries before a wait."
    assert (await coded.change(CODE, removes=True)).said == "The keyring of this device opens the file now."
    await coded.restart()
    assert coded.step == "inside"


async def test_without_a_keyring_a_code_cannot_be_taken_away(company: Company, tmp_path: Path) -> None:
    device = CodedDevice(company, tmp_path / "device")
    device.keys = NoKeyring()
    device.start()
    await device.sign_in()
    await device.choose_code(CODE, CODE)
    await device.lobby.begin()
    commands = SettingsModel(device.make_workday()).commands
    assert [one.label for one in commands if "code" in one.id] == ["Change the code"]
    assert (await device.change(CODE, OTHER, OTHER)).is_done
    await device.restart()
    await device.unlock(OTHER)
    assert device.step == "inside"
    await device.runner.ask(lambda replica: replica.sync())
    await device.runner.let_go()


@pytest.mark.parametrize(
    ("before", "typed", "removes"),
    [((), (CODE, CODE), False), ((CODE,), (CODE, OTHER, OTHER), False), ((CODE,), (CODE,), True)],
    ids=["set", "changed", "removed"],
)
async def test_whoever_is_killed_between_two_steps_opens_the_file_by_one_of_both(
    coded: CodedDevice, company: Company, tmp_path: Path, before: tuple[str, ...], typed: tuple[str, ...], removes: bool
) -> None:
    for code in before:
        await coded.change(code, code)
    seen = coded.watch(tmp_path / "kills")
    assert (await coded.change(*typed, removes=removes)).is_done
    assert len(seen) >= 4
    opened = [await open_after_kill(company, kill, (CODE, OTHER)) for kill in seen]
    first, last = opened[0], opened[-1]
    assert first != last and set(opened) == {first, last}
    assert opened == sorted(opened, key=lambda one: one == last), "once the new one opens it, it always does"


async def open_after_kill(company: Company, kill: KilledAt, codes: tuple[str, ...]) -> str:
    """What opens the file of a device that starts again after a kill; nothing is left in doubt by it."""
    device = CodedDevice(company, kill.folder, kill.keyring)
    await device.restart()
    by = ""
    for code in codes:
        if device.step == "locked":
            await device.unlock(by := code)
    assert device.step == "inside", kill
    account = device.lobby.account
    assert account is not None and json.loads((account.folder / "account.json").read_text())["becomes"] is None
    assert [account] == device.folder.list_accounts() and account.asks_code is bool(by)
    await device.runner.let_go()
    return by


async def test_between_two_codes_the_lock_takes_words_as_well_as_digits(
    coded: CodedDevice, company: Company, tmp_path: Path
) -> None:
    await coded.change(CODE, CODE)
    seen = coded.watch(tmp_path / "kills")
    model = coded.make_model()
    await type_into(model, CODE)
    model.choose_kind("passphrase")
    await type_into(model, WORDS, WORDS)
    between = seen[1]
    device = CodedDevice(company, between.folder, between.keyring)
    await device.restart()
    lock = device.lobby.lock_page
    assert lock is not None and not lock.account.is_pin
    assert lock.said == "The code was being changed when the app ended. Enter the new one, or the one before it."
    assert await open_after_kill(company, between, (WORDS, CODE)) == CODE
    assert await open_after_kill(company, seen[2], (CODE, WORDS)) == WORDS
    await device.runner.let_go()


async def test_a_keyring_that_is_locked_after_a_kill_is_said_and_asked_again(
    coded: CodedDevice, company: Company, tmp_path: Path
) -> None:
    seen = coded.watch(tmp_path / "kills")
    await coded.change(CODE, CODE)
    device = CodedDevice(company, seen[2].folder, seen[2].keyring)
    device.keys = NoKeyring()
    await device.restart()
    assert device.step == "accounts"
    assert device.lobby.fault.startswith("The keyring of this system does not give a key.")
    device.keys = FileKeys(device.keyring)
    await device.restart()
    assert device.step == "locked"
    await device.unlock(CODE)
    assert device.step == "inside"
    await device.runner.let_go()


async def test_a_file_that_another_window_syncs_keeps_the_key_that_it_has(coded: CodedDevice) -> None:
    await coded.change(CODE, CODE)
    account = coded.lobby.account
    assert account is not None
    async with hold_sync_lock(account.file, uuid4(), wait_seconds=1, who="another window"):
        done = await coded.change(CODE, OTHER, OTHER)
    assert done.fault == "The file is in use at this moment. Try again."
    assert coded.lobby.account == account
    await coded.restart()
    await coded.unlock(CODE)
    assert coded.step == "inside"


# The engine waits for such a reader for half a minute.
@pytest.mark.long
async def test_what_another_process_reads_meanwhile_leaves_no_doubt_by_what_it_opens(coded: CodedDevice) -> None:
    await coded.change(CODE, CODE)
    account = coded.lobby.account
    assert account is not None
    async with await coded._open_file(account, CODE, coded.lobby._note_wiped) as other, other.read() as session:
        await session.read_outbox()
        assert (await coded.change(CODE, OTHER, OTHER)).is_done
    await coded.runner.ask(lambda replica: replica.sync())
    await coded.restart()
    await coded.unlock(OTHER)
    assert coded.step == "inside"


async def test_no_code_is_on_the_disk_or_in_a_log(coded: CodedDevice, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await coded.change(CODE, CODE)
    await coded.change(CODE, OTHER, OTHER)
    model = coded.make_model()
    await type_into(model, OTHER, CODE)
    model.close()
    assert CODE not in repr(vars(model)) and model.text == ""
    await coded.runner.let_go()
    files = [path for path in coded.folder.path.rglob("*") if path.is_file()]
    for code in (CODE, OTHER):
        assert [path for path in files if code.encode() in path.read_bytes()] == []
        assert code not in caplog.text
