"""A company's directory for the tests: a certified provider of OpenID Connect in its own process, and its people."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2

PROVIDER = Path(__file__).parent / "provider"
SECRET = "a secret of the tests"
CLIENT: Mapping[str, Any] = {
    "client_id": "twinbase",
    "client_secret": SECRET,
    "redirect_uris": ["http://127.0.0.1/"],
    "application_type": "native",
    "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
    "response_types": ["code"],
}
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "ada": {"email": "ada@example.org", "email_verified": True, "groups": ["technicians", "drivers"]},
    "ben": {"email": "ben@example.org", "email_verified": True, "groups": ["bosses"]},
    "eve": {"email": "ada@example.org", "email_verified": False, "groups": ["technicians"]},
    # Ada has left, and her address has become another's.
    "new-ada": {"email": "ada@example.org", "email_verified": True, "groups": ["technicians"]},
    "dan": {"groups": []},
}


@dataclass(frozen=True)
class Directory:
    """`issuer`: where it is."""

    issuer: str


def install(into: Path) -> Path:
    """The provider with what it needs, from its lock file."""
    shutil.copytree(PROVIDER, into, dirs_exist_ok=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=into, check=True, capture_output=True, timeout=90)
    (into / "installed").touch()
    return into


@contextmanager
def open_directory(installed: Path, folder: Path, **told: Any) -> Iterator[Directory]:
    """It answers inside of the block. `told`: what the provider is told beside its people and its client."""
    folder.mkdir(exist_ok=True)
    (folder / "told.json").write_text(json.dumps({"people": PEOPLE, "client": CLIENT, **told}))
    port = _free_port()
    command = ["node", "provider.mjs", str(port), str(folder / "told.json")]
    with (folder / "errors.txt").open("w") as errors:
        process = subprocess.Popen(command, cwd=installed, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout is not None and "listening" in process.stdout.readline()
            yield Directory(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.communicate()


class Person:
    """Somebody at a browser: a cookie jar, and hands that fill in forms."""

    def __init__(self, name: str, *, agrees: bool = True, language: str = "en") -> None:
        self.name, self.agrees = name, agrees
        self.pages: list[str] = []
        self._http = httpx2.Client(headers={"Accept-Language": language}, timeout=30)

    def browse(self, address: str) -> None:
        """Go there, sign in, agree or not, and follow wherever that leads."""
        self._fill_in(self._follow(self._http.get(address)))

    def type_code(self, address: str, code: str) -> str:
        """Type a terminal's code; answers the last page."""
        page = self._follow(self._http.get(address))
        page = self._follow(self._http.post(str(page.url), data={**_read_fields(page.text), "user_code": code}))
        return self._fill_in(page).text

    def close(self) -> None:
        self._http.close()

    def _fill_in(self, page: httpx2.Response) -> httpx2.Response:
        for _ in range(6):
            form = _find_form(page)
            if form is None or "Enter code" in form:
                return page
            page = self._submit(page, form)
        raise AssertionError(f"It asks on and on: {page.text}")

    def _submit(self, page: httpx2.Response, form: str) -> httpx2.Response:
        fields = _read_fields(form)
        if not self.agrees:
            abort = re.search(r'href="([^"]*/abort)"', page.text)
            if abort:
                return self._follow(self._http.get(urljoin(str(page.url), unescape(abort[1]))))
            fields["abort"] = "yes"
        if 'name="login"' in form:
            fields |= {"login": self.name, "password": "any"}
        action = re.search(r'action="([^"]*)"', form)
        assert action is not None
        return self._follow(self._http.post(urljoin(str(page.url), unescape(action[1])), data=fields))

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        while answer.is_redirect:
            answer = self._http.get(urljoin(str(answer.url), answer.headers["location"]))
        self.pages.append(answer.text)
        return answer


def _find_form(page: httpx2.Response) -> str | None:
    found = re.search(r"<form.*?</form>", page.text, re.DOTALL)
    return found[0] if found else None


def _read_fields(form: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])
