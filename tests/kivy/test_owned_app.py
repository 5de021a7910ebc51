"""The app as its owner has it: in by a code or a keyring, out by the lock, over the real file of Anna's day."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.kivy.day import ME, PLUGINS, VISIT

from twinbase.replica import Replica
from twinbase.replica.file.keys import Secret
from twinbase.replica.tokens import MemoryTokens
from twinbase.replica.tokens.vault import FileTokens
from twinbase.testing.device import URL
from twinbase.testing.world import KEY
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder, KeyKind
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.opening import OnWiped

CODE = "274951"


async def open_file(account: DeviceAccount, secret: Secret, on_wiped: OnWiped) -> Replica:
    """As an app does, but for the network, of which there is none."""
    tokens = FileTokens(account.file, secret)
    return await Replica.open(
        account.file, secret, plugins=PLUGINS, server=URL, plain_http=True, tokens=tokens, on_wipe=on_wiped
    )


async def own(anna: Path, folder: Path, key: KeyKind) -> tuple[DeviceFolder, FileKeys]:
    """A device with Anna's file on it, its key in a keyring or behind a code."""
    device, keys = DeviceFolder(folder), FileKeys(MemoryTokens())
    account = device.add_account(URL, key, email="anna@example.org")
    for part in anna.parent.glob(f"{anna.name}*"):
        copy = shutil.copytree if part.is_dir() else shutil.copy
        copy(part, account.folder / part.name.replace(anna.name, account.file.name))
    if key == "pin":
        async with await open_file(account, KEY, lambda: None) as replica:  # type: ignore[arg-type, return-value]
            await replica.rekey(CODE)
    else:
        keys._find_store().write(account.id, KEY.hex())
    device.save_account(account)
    return device, keys


async def start(device: DeviceFolder, keys: FileKeys) -> Any:
    """The app on a stage without a window's events."""
    from twinbase_kivy.owned_app import OwnedApp, OwnedOptions
    from twinbase_kivy.stage import WindowStage

    app = OwnedApp(OwnedOptions(device, open_file, PLUGINS, "en", keys, syncs=False), WindowStage())
    await app.start()
    await app.finish_tasks()
    return app


@pytest.fixture
async def kept(anna: Path, tmp_path: Path) -> AsyncIterator[Any]:
    app = await start(*await own(anna, tmp_path / "device", "keyring"))
    yield app
    await app.close()


@pytest.fixture
async def locked(anna: Path, tmp_path: Path) -> AsyncIterator[Any]:
    app = await start(*await own(anna, tmp_path / "device", "pin"))
    yield app
    await app.close()


async def unlock(app: Any, code: str = CODE) -> None:
    for digit in code:
        app._stage.press_key(ord(digit), digit, [])
    app._stage.press_key(13, "", [])
    await app.view.finish_tasks()
    await app.finish_tasks()


async def test_a_keyring_opens_todays_list(kept: Any) -> None:
    from tests.kivy.measuring import list_words

    assert kept.lobby.me == ME and kept.view is None
    assert "Anna" in kept.lobby.account.name
    assert any("Entretien annuel" in words for words in list_words(kept.shell))


async def test_a_code_opens_it_and_the_lock_closes_the_file(locked: Any) -> None:
    assert locked.shell is None and not locked.runner.is_open
    await unlock(locked, "111112")
    assert locked.shell is None
    await unlock(locked)
    assert locked.shell is not None and locked.runner.is_open
    locked.note_hidden()
    await locked.finish_tasks()
    assert locked.shell is None and not locked.runner.is_open and locked.lobby.step == "locked"
    await unlock(locked)
    assert locked.shell is not None


async def test_it_does_not_lock_behind_the_browser_in_which_somebody_signs_in(locked: Any) -> None:
    ended: list[bool] = []
    await unlock(locked)
    with locked.shell.workday.being_away(lambda: ended.append(True)):
        locked.note_hidden()
        await locked.finish_tasks()
        assert locked.shell is not None and locked.runner.is_open and ended == []
        await locked.lock()
        assert locked.shell is None and ended == [True]


async def test_what_is_typed_when_it_locks_is_a_draft_afterwards(locked: Any) -> None:
    from twinbase_kivy.owned_app import _find_forms
    from twinbase_presentation import Route

    await unlock(locked)
    for _ in range(2):
        shell = locked.shell
        shell.go(Route("visit", VISIT))
        await shell.workday.finish_tasks()
        shell.go(Route("visit", VISIT, "cancel"))
        await shell.workday.finish_tasks()
        (form,) = _find_forms(shell)
        text = next(field for field in form.fields if field.kind in ("text", "long_text"))
        if text.is_draft:
            break
        form.fill(text.name, "Nobody was th")
        await locked.lock()
        await unlock(locked)
    assert (text.text, text.is_draft) == ("Nobody was th", True)


async def test_what_is_chosen_is_seen_at_once_and_kept(kept: Any) -> None:
    from twinbase_kivy.look import look

    kept.device.change(theme="sun", text_scale=1.3, language="fr", reduces_motion=True)
    assert (look.theme.name, look.text_scale, look.moves) == ("sun", 1.3, False)
    await kept.finish_tasks()
    kept.device.switch()
    await kept.finish_tasks()
    assert kept.lobby.step == "accounts" and not kept.runner.is_open
    look.set_theme("light")
    await kept.lobby.choose(kept.lobby.accounts[0])
    await kept.finish_tasks()
    assert look.theme.name == "sun"
    kept.device.change(theme="light", text_scale=1.0, reduces_motion=False)


async def show_settings(app: Any, place: str) -> None:
    from twinbase_presentation import Route

    app.shell.go(Route("settings"))
    await app.shell.workday.finish_tasks()
    app.shell.go(Route("settings", None, place))
    await app.shell.workday.finish_tasks()


async def type_codes(app: Any, *codes: str) -> None:
    """Each into the field that has the keyboard, and Enter behind it."""
    for code in codes:
        app.shell.focus.now.input.text = code
        app._stage.press_key(13, "", [])
        await app.shell.workday.finish_tasks()
        await app.finish_tasks()


async def test_a_code_that_is_set_in_the_settings_locks_and_opens(kept: Any) -> None:
    from tests.kivy.measuring import list_words

    kept.note_hidden()
    await kept.finish_tasks()
    assert kept.shell is not None, "without a code nothing is locked"
    await show_settings(kept, "lock_code")
    assert kept.shell.focus.now.input.password, "nobody reads it over a shoulder"
    await type_codes(kept, CODE, "274952")
    assert any("These were two different codes" in words for words in list_words(kept.shell.sheet))
    await type_codes(kept, CODE, CODE)
    assert kept.shell.sheet is None and "A code is asked" in list_words(kept.shell)
    kept.note_hidden()
    await kept.finish_tasks()
    assert kept.lobby.step == "locked" and not kept.runner.is_open
    await unlock(kept)
    assert kept.shell is not None
    await show_settings(kept, "no_code")
    await type_codes(kept, CODE)
    assert kept.shell.sheet is None and "Opened by the keyring of this device" in list_words(kept.shell)
    assert not kept.device.can_lock


async def test_what_is_typed_of_a_code_is_forgotten_with_its_sheet(locked: Any) -> None:
    await unlock(locked)
    await show_settings(locked, "lock_code")
    await type_codes(locked, CODE)
    locked.shell.focus.now.input.text = "58392"
    view = locked.shell.sheet.panel.inside.parts()[0]
    locked.shell.go_back()
    assert locked.shell.sheet is None and view.model.text == ""
    await locked.lock()
    state = [path for path in locked.lobby.account.folder.rglob("*.json") if "58392" in path.read_text()]
    assert state == []


async def test_who_leaves_leaves_nothing(kept: Any) -> None:
    folder = kept.lobby.account.folder
    kept.device.leave()
    await kept.finish_tasks()
    assert not folder.exists() and kept.lobby.step == "ask"
