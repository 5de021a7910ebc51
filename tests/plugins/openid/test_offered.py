"""What a server says of its directory before anybody is somebody there, and what a device makes of it."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.architecture.distributions import DISTRIBUTIONS
from tests.plugins.openid.conftest import OpenWorld

from twinbase.errors import NotSignedIn, Offline, ServerRefused, TwinbaseError, WrongAddress
from twinbase_openid import device as openid
from twinbase_openid.device import explain_failure, find_directory
from twinbase_openid.device.browser import check_page
from twinbase_openid.device.failures import BY_DETAIL
from twinbase_openid.settings import OpenIdSettings
from twinbase_presentation.device.directories import GROUP, BroughtSignIn, find_ways, make_line
from twinbase_presentation.device.system_browser import has_browser

ROOT = Path(__file__).parents[3]


async def test_a_server_says_to_anybody_at_which_directory_people_sign_in(open_world: OpenWorld) -> None:
    async with open_world(name=" Plomberie Martin ") as world:
        device = await world.device("phone", signed_in=False)
        assert await find_directory(device.replica.ask_plugin) == "Plomberie Martin"


async def test_a_directory_that_is_down_is_offered_all_the_same(open_world: OpenWorld) -> None:
    async with open_world(issuer="http://127.0.0.1:9") as world:
        device = await world.device("phone", signed_in=False)
        assert await find_directory(device.replica.ask_plugin) == "127.0.0.1"
        device.wire.up = False
        with pytest.raises(Offline):
            await find_directory(device.replica.ask_plugin)


def test_a_name_stands_on_a_button() -> None:
    assert OpenIdSettings(issuer="https://login.example.org:8443/x", client_id="t").shown_name == "login.example.org"
    with pytest.raises(ValidationError):
        OpenIdSettings(name="x" * 61)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"name": "Martin\n\x1b[31m \u202e fils"}, "Martin[31m fils"),
        ({"name": "x" * 500}, "x" * 60),
        ({"name": ""}, ""),
        ({}, ""),
    ],
    ids=["escapes", "long", "empty", "nothing"],
)
async def test_whatever_a_server_calls_its_directory_it_is_one_short_line(said: Mapping[str, Any], name: str) -> None:
    async def ask(route: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        return said

    assert await find_directory(ask) == name


@pytest.mark.parametrize("kind", ["not-found", "route-unknown"])
async def test_a_server_without_the_plugin_has_no_directory(kind: str) -> None:
    async def ask(route: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ServerRefused(404, kind)

    assert await find_directory(ask) == ""


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "javascript:alert(1)", "ms-msdt:/id", "http://login.example.org/", "https://", "", "-x",
        "https://[", "http://127.0.0.1.evil.example/",
    ],
)  # fmt: skip
def test_a_browser_is_sent_to_no_file_and_no_other_app(url: str) -> None:
    with pytest.raises(NotSignedIn, match="no page of a directory"):
        check_page(url)


@pytest.mark.parametrize("url", ["https://login.example.org/authorize?x=1", "http://127.0.0.1:4711/authorize"])
def test_a_page_of_a_directory_is_opened(url: str) -> None:
    assert check_page(url) == url


def test_every_sentence_of_the_plugin_is_explained_in_both_languages() -> None:
    """What the code says is what the explanations know: a sentence that is written anew there is found here."""
    code = "".join(path.read_text() for path in (ROOT / "plugins/openid/twinbase_openid").rglob("*.py"))
    own = (ROOT / "plugins/openid/twinbase_openid/device/failures.py").read_text()
    unsaid = [detail for detail in BY_DETAIL if code.count(f'"{detail}"') - own.count(f'"{detail}"') < 1]
    assert unsaid == []
    assert all(english and french and english != french for english, french in BY_DETAIL.values())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ServerRefused(503, "plugin-failed", "The directory of the company: It answered 500."), "does not answer"),
        (ServerRefused(503, "plugin-failed", "It has no codes for terminals: sign in with a browser."), "has no codes"),
        (ServerRefused(404, "not-found"), "no longer signs in at a directory"),
        (ServerRefused(429, "too-many-sign-ins"), ""),
        (Offline(), ""),
        (NotSignedIn("Something new."), ""),
    ],
    ids=str,
)
def test_what_is_not_the_directorys_is_left_to_the_app(error: TwinbaseError, said: str) -> None:
    explained = explain_failure(error, "en")
    assert said in explained and bool(said) is bool(explained)


@pytest.mark.parametrize(
    ("environment", "platform", "has_one"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/0"}, "darwin", False),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"ANDROID_ARGUMENT": "/data/app"}, "linux", True),
    ],
)
def test_a_browser_is_opened_where_somebody_sees_it(environment: dict[str, str], platform: str, has_one: bool) -> None:
    assert has_browser(environment, platform) is has_one


def test_the_distribution_names_what_the_apps_look_for() -> None:
    named = DISTRIBUTIONS["twinbase-openid"].project["entry-points"][GROUP]
    assert named == {"openid": openid.__name__}
    asked = {name for name in vars(BroughtSignIn) if not name.startswith("_")}
    assert asked and asked <= set(import_module(named["openid"]).__all__)


def test_what_is_installed_is_found_and_what_is_broken_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    about = tmp_path / "badge_sign_in-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: badge-sign-in\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        f"[{GROUP}]\nbadge = twinbase_openid.device\nbroken = no_such_module_here\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert openid in find_ways().brought
    assert "no_such_module_here brings no way to sign in." in caplog.text


@pytest.mark.parametrize("address", ["http://twinbase.example", "ftp://x", "https://", "https://a b"])
def test_no_line_is_made_to_what_is_no_address(address: str) -> None:
    with pytest.raises(WrongAddress):
        make_line(address)
