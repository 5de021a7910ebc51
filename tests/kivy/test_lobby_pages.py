"""The pages before the day: hit with a glove, read without a cut, and gone through by keys alone."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from twinbase_presentation import Runner

PAGES = ("join", "join_code", "join_offer", "join_picture", "join_directory", "join_browser", "join_terminal",
         "join_refused", "code", "passphrase", "lock", "lock_wrong", "lock_waits",
         "forgotten", "accounts", "first_sync", "first_sync_cut", "first_sync_ready")  # fmt: skip
SIZES = ((360, 640), (412, 915), (1280, 800))


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.close()


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_can_be_hit_and_read(page: str, tmp_path: Path, runner: Runner) -> None:
    from kivy.metrics import dp
    from tests.kivy.before_day import open_lobby
    from tests.kivy.measuring import find_faults

    from twinbase_kivy.look import look

    faults = []
    for language in ("fr", "en"):
        view = await open_lobby(tmp_path / language, page, runner, language)
        for size, look.text_scale in product(SIZES, (1.0, 1.3)):
            view.fit(*map(dp, size))
            faults += [f"{language} {size[0]} {look.text_scale:.0%}: {fault}" for fault in find_faults(view)]
        view.close()
    look.text_scale = 1.0
    assert faults == []


async def test_every_page_is_measured() -> None:
    from tests.kivy.before_day import LOBBY_PAGES

    from twinbase_kivy.lobby.lobby_view import MAKERS

    assert PAGES == LOBBY_PAGES and len(MAKERS) == 5


async def test_a_code_is_typed_by_the_keys_of_a_keyboard(tmp_path: Path, runner: Runner) -> None:
    from tests.kivy.before_day import open_lobby

    view = await open_lobby(tmp_path, "lock", runner)
    lock = view.lobby.lock_page
    assert lock is not None
    for key, text in ((ord("2"), "2"), (ord("7"), "7"), (8, ""), (ord("x"), "x"), (ord("9"), "9")):
        view.press_key(key, text, [])
    assert (lock.text, lock.shown.typed) == ("29", 2)
    view.close()


async def test_what_is_typed_stays_while_the_code_is_chosen(tmp_path: Path, runner: Runner) -> None:
    from tests.kivy.before_day import open_lobby

    from twinbase_kivy.lobby.join_page import JoinPage

    view = await open_lobby(tmp_path, "join", runner)
    page = view.page
    assert isinstance(page, JoinPage)
    view.press_key(13, "", [])
    await view.finish_tasks()
    assert page.model.shown.fault == "Fill in every field."
    for name, text in (("server", "twinbase.example"), ("email", "anna@example.org"), ("password", "secret")):
        page.ways.fill(name, text)
    page.submit()
    await view.finish_tasks()
    assert view.lobby.step == "code"
    view.go_back()
    await view.finish_tasks()
    assert view.page is page and page.ways.typed["password"] == "secret"
    view.close()


async def test_an_address_that_is_pasted_is_shown_before_it_is_asked(tmp_path: Path, runner: Runner) -> None:
    from tests.kivy.before_day import open_lobby
    from tests.kivy.measuring import list_words

    from twinbase_kivy.lobby.join_page import JoinPage

    view = await open_lobby(tmp_path, "join_code", runner)
    page = view.page
    assert isinstance(page, JoinPage)
    page.ways.fill("code", "twinbase://enroll?server=https%3A%2F%2Ft.example&code=7K3M-Q9TD&until=2030-05-01T10:10:00Z")
    page.submit()
    await view.finish_tasks()
    assert any(words.startswith("This device will join https://t.example.") for words in list_words(view))
    view.close()


async def test_a_picture_that_is_dropped_is_read(tmp_path: Path, runner: Runner) -> None:
    import segno
    from tests.kivy.before_day import open_lobby

    from twinbase_kivy.lobby.join_page import JoinPage

    view = await open_lobby(tmp_path, "join", runner)
    page = view.page
    assert isinstance(page, JoinPage)
    (tmp_path / "x.png").write_bytes(b"no picture")
    view.drop_file(tmp_path / "x.png")
    await view.finish_tasks()
    assert page.model.shown.fault.startswith("No code is to be found in x.png.")
    uri = "twinbase://enroll?server=https%3A%2F%2Ft.example&code=7K3M-Q9TD&until=2030-05-01T10:10:00Z"
    segno.make(uri).save(str(tmp_path / "code.png"), scale=5)
    view.drop_file(tmp_path / "code.png")
    await view.finish_tasks()
    assert page.way == "offer" and page.offer is not None and page.offer.code == "7K3MQ9TD"
    view.close()


async def test_the_way_back_from_the_directory_is_to_change_ones_mind(tmp_path: Path, runner: Runner) -> None:
    from tests.kivy.before_day import open_lobby
    from tests.kivy.measuring import list_words

    from twinbase_kivy.lobby.join_page import JoinPage

    view = await open_lobby(tmp_path, "join_terminal", runner)
    page = view.page
    assert isinstance(page, JoinPage)
    words = list(list_words(view))
    assert "WDJB-MJHT" in words and "login.plomberie-martin.example/device" in words
    assert "Password" not in words, "nothing is typed here meanwhile"
    assert page.find_back() == page.model.stop_waiting
    view.close()


async def test_the_directory_is_offered_once_the_server_has_said_so(tmp_path: Path, runner: Runner) -> None:
    from tests.kivy.before_day import DIRECTORY, open_lobby
    from tests.kivy.measuring import list_words

    from twinbase_kivy.lobby.join_page import JoinPage
    from twinbase_openid import device as openid
    from twinbase_presentation.device.directories import DirectoryOffer

    view = await open_lobby(tmp_path, "join", runner)
    page = view.page
    assert isinstance(page, JoinPage)
    label = f"Sign in with {DIRECTORY}"
    assert label not in list_words(view)
    page.model.note_offer(DirectoryOffer(DIRECTORY, openid))
    assert label in list_words(view)
    page.model.note_offer(None)
    assert label not in list_words(view)
    view.close()
