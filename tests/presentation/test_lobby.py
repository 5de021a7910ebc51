"""From an empty device to somebody's day and out again, against a real server and with real files."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from PIL import Image, ImageFilter
from tests.plugins.mobile.reading.company import PLUGINS, Company
from tests.presentation.phone import ManualTiming

from twinbase.errors import WrongCode
from twinbase.replica import Replica
from twinbase.replica.file.keys import Secret
from twinbase.replica.tokens import MemoryTokens
from twinbase.replica.tokens.vault import FileTokens
from twinbase.testing.device import URL
from twinbase.testing.wire import Wire
from twinbase.testing.world import PASSWORD
from twinbase_presentation import Runner, load_language
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.opening import OnWiped
from twinbase_presentation.device.picture_code import read_picture_code
from twinbase_presentation.entry.lobby import Lobby

ANNAS, CODE = "anna@example.org", "274951"


class NoKeyring(FileKeys):
    """A machine without a keyring, whatever this one has."""

    def __init__(self) -> None:
        super().__init__(MemoryTokens())
        self._store = None


class OwnedDevice:
    """A device with a folder of accounts, and its way to the server."""

    def __init__(
        self, company: Company, folder: Path, keys: FileKeys, language: str = "en", ways: DirectoryWays | None = None
    ) -> None:
        self.wire, self.clock, self.timing = Wire(company.world.application), company.world.clock, ManualTiming()
        self.folder, self.keys, self._language, self.ways = DeviceFolder(folder), keys, language, ways
        self.runner = Runner(asyncio.get_running_loop())
        self.start()

    def start(self) -> None:
        """The app begins; what it held in memory is gone."""
        self.lobby = Lobby(
            self.runner, load_language(self._language), self.folder, self._open_file,
            keys=self.keys, clock=self.clock, timing=self.timing, ways=self.ways,
        )  # fmt: skip

    @property
    def step(self) -> str:
        """Which page is shown; a text, for a reader of types believes that it stays the same."""
        return self.lobby.step

    async def sign_in(self, password: str = PASSWORD, email: str = ANNAS) -> None:
        lobby = self.lobby
        await lobby.join(lambda: lobby.joining.sign_in.sign_in(URL, email, password), email)

    async def choose_code(self, *codes: str) -> None:
        for code in codes:
            self.lobby.joining.code.fill(code)
            await self.lobby.submit_code()

    async def unlock(self, code: str) -> None:
        assert self.lobby.lock_page is not None
        self.lobby.lock_page.fill(code)
        await self.lobby.unlock()

    async def _open_file(self, account: DeviceAccount, secret: Secret, on_wiped: OnWiped) -> Replica:
        return await Replica.open(
            account.file, secret, plugins=PLUGINS, server=account.server, clock=self.clock, transport=self.wire,
            tokens=FileTokens(account.file, secret), on_wipe=on_wiped,
        )  # fmt: skip


@pytest.fixture
async def device(company: Company, tmp_path: Path) -> AsyncIterator[OwnedDevice]:
    """Without a keyring."""
    device = OwnedDevice(company, tmp_path / "device", NoKeyring())
    yield device
    await device.runner.let_go()


@pytest.fixture
async def kept_device(company: Company, tmp_path: Path) -> AsyncIterator[OwnedDevice]:
    """With a keyring."""
    device = OwnedDevice(company, tmp_path / "device", FileKeys(MemoryTokens()))
    yield device
    await device.runner.let_go()


async def test_a_code_for_the_file_is_chosen_once_and_opens_it_after_a_restart(device: OwnedDevice) -> None:
    await device.lobby.start()
    assert device.step == "ask"
    await device.sign_in()
    assert device.step == "code"
    await device.choose_code(CODE, CODE)
    assert device.step == "syncing" and device.lobby.joining.sign_in.shown.step == "ready"
    await device.lobby.begin()
    assert device.step == "inside"
    assert device.lobby.account is not None and device.lobby.account.name == "Anna Martin"
    await device.runner.let_go()
    device.start()
    await device.lobby.start()
    assert device.step == "locked"
    await device.unlock("111112")
    assert device.step == "locked"
    await device.unlock(CODE)
    assert device.step == "inside"
    await device.lobby.lock()
    assert device.step == "locked" and not device.runner.is_open


async def test_the_code_is_nowhere_on_the_disk(device: OwnedDevice) -> None:
    await device.sign_in()
    await device.choose_code(CODE, CODE)
    await device.runner.let_go()
    files = [path for path in device.folder.path.rglob("*") if path.is_file()]
    assert [path for path in files if CODE.encode() in path.read_bytes()] == []
    names = {path.name for path in files}
    assert {"account.json", "replica.twin"} <= names
    assert not any(b"Boiler" in path.read_bytes() for path in files)


async def test_where_a_keyring_keeps_the_key_nobody_types_a_code(kept_device: OwnedDevice) -> None:
    await kept_device.sign_in()
    assert kept_device.step == "syncing"
    await kept_device.lobby.begin()
    await kept_device.runner.let_go()
    kept_device.start()
    await kept_device.lobby.start()
    assert kept_device.step == "inside"
    account = kept_device.lobby.account
    assert account is not None
    await kept_device.runner.let_go()
    kept_device.keys.forget_key(account.id)
    kept_device.start()
    await kept_device.lobby.start()
    assert kept_device.step == "locked"
    assert kept_device.lobby.lock_page is not None
    assert kept_device.lobby.lock_page.shown.fault.startswith("The keyring of this system does not give a key.")


async def test_nothing_is_left_of_a_sign_in_that_failed(device: OwnedDevice) -> None:
    await device.sign_in("wrong")
    await device.choose_code(CODE, CODE)
    assert device.step == "ask"
    assert device.lobby.joining.sign_in.shown.fault == "E-mail or password is wrong."
    assert list(device.folder.path.glob("accounts/*")) == []
    await device.sign_in()
    assert device.step == "syncing", "the code that was chosen is kept for the next try"


async def test_a_sign_in_without_a_network_is_tried_again_on_the_same_file(device: OwnedDevice) -> None:
    device.wire.up = False
    await device.sign_in()
    await device.choose_code(CODE, CODE)
    assert device.step == "ask"
    begun = list(device.folder.path.glob("accounts/*"))
    assert len(begun) == 1 and device.lobby.accounts == []
    device.wire.up = True
    await device.sign_in()
    assert [account.folder for account in device.lobby.accounts] == begun


async def test_a_first_sync_that_was_cut_off_goes_on_by_itself_and_after_a_restart(device: OwnedDevice) -> None:
    lobby = device.lobby
    await lobby.join(lambda: _sign_in_and_lose_the_network(device), ANNAS)
    await device.choose_code(CODE, CODE)
    assert (device.step, lobby.joining.sign_in.shown.step) == ("syncing", "interrupted")
    await device.runner.let_go()
    device.start()
    await device.lobby.start()
    await device.unlock(CODE)
    sign_in = device.lobby.joining.sign_in
    assert (device.step, sign_in.shown.step) == ("syncing", "interrupted")
    device.wire.up = True
    ready = asyncio.Event()
    sign_in.observe(lambda: ready.set() if sign_in.shown.step == "ready" else None)
    device.timing.advance(3)
    await asyncio.wait_for(ready.wait(), 60)
    await device.lobby.begin()
    assert device.step == "inside"


async def test_two_accounts_have_two_files_and_one_is_locked_when_the_other_is_chosen(device: OwnedDevice) -> None:
    await device.sign_in()
    await device.choose_code(CODE, CODE)
    await device.lobby.begin()
    first = device.lobby.account
    await device.lobby.switch()
    assert device.step == "accounts" and not device.runner.is_open
    device.lobby.ask()
    await device.sign_in()
    await device.choose_code("583920", "583920")
    await device.lobby.begin()
    assert device.lobby.account != first and len(device.lobby.accounts) == 2
    await device.lobby.switch()
    assert first is not None
    await device.lobby.choose(device.lobby.accounts[0])
    assert device.step == "locked"


async def test_who_forgot_the_code_signs_in_on_a_new_file_and_the_old_one_stays(device: OwnedDevice) -> None:
    await device.sign_in()
    await device.choose_code(CODE, CODE)
    await device.lobby.begin()
    await device.lobby.lock()
    device.lobby.ask_anew()
    assert (device.lobby.joining.server, device.lobby.joining.email) == (URL, ANNAS)
    await device.sign_in()
    await device.choose_code("583920", "583920")
    await device.lobby.begin()
    assert device.step == "inside" and len(device.lobby.accounts) == 2
    await device.lobby.remove(next(one for one in device.lobby.accounts if one != device.lobby.account))
    assert len(device.lobby.accounts) == 1


def test_what_a_killed_sign_in_left_goes_after_a_day(tmp_path: Path) -> None:
    folder, now = DeviceFolder(tmp_path / "device"), datetime.now(UTC)
    old, new = folder.add_account(URL, "pin"), folder.add_account(URL, "pin")
    os.utime(old.folder, ((now - timedelta(days=2)).timestamp(),) * 2)
    folder.tidy(now - timedelta(days=1))
    assert (old.folder.exists(), new.folder.exists()) == (False, True)


def test_what_is_no_account_of_ours_is_none(tmp_path: Path) -> None:
    folder = DeviceFolder(tmp_path)
    for name, said in (("a", "{"), ("b", "[]"), ("c", '{"key": "tattoo", "server": "https://x.example"}')):
        (tmp_path / "accounts" / name).mkdir(parents=True)
        (tmp_path / "accounts" / name / "account.json").write_text(said)
    assert folder.list_accounts() == [] and folder.find_last() is None
    (tmp_path / "policy.json").write_text('{"wipe_after": true}')
    assert folder.read_policy().wipe_after is None
    (tmp_path / "policy.json").write_text('{"wipe_after": 10}')
    assert folder.read_policy().wipe_after == 10


def test_a_picture_of_a_code_is_read(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    segno.make("twinbase://enroll?server=https%3A%2F%2Ft.example&code=7K3M-Q9TD").save(str(path), scale=8, border=2)
    with Image.open(path) as picture:
        picture.convert("L").rotate(20, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(2)).save(path)
    assert read_picture_code(path).startswith("twinbase://enroll?")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(WrongCode, match="no picture"):
        read_picture_code(tmp_path / "text.png")
    Image.new("RGB", (300, 300), "white").save(path)
    with pytest.raises(WrongCode, match="no QR code"):
        read_picture_code(path)


async def _sign_in_and_lose_the_network(device: OwnedDevice) -> bool:
    sign_in = device.lobby.joining.sign_in
    stop = sign_in.observe(lambda: setattr(device.wire, "up", sign_in.shown.step != "syncing"))
    try:
        return await sign_in.sign_in(URL, ANNAS, PASSWORD)
    finally:
        stop()
        device.wire.up = False
