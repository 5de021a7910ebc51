"""A link's secret is in no log, whatever is logged: neither of the server that serves the page, nor of a proxy."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.cli.conftest import PLUGINS, Company
from tests.cli.said import Twinbase


def test_all_that_a_server_logs_of_a_link_names_neither_its_secret_nor_the_password(
    twinbase: Twinbase, company: Company, tmp_path: Path
) -> None:
    made = twinbase("user", "invite", "log@example.com", "--database-url", company.url, "--json").json
    address, _, secret = made["link"].partition("#")
    password = "three old trains"
    log = tmp_path / "log"
    with log.open("w") as kept:
        served = subprocess.Popen(
            [Path(sys.executable).with_name("twinbase"), "serve", "--port", "0", "--log-level", "debug"],
            env=os.environ | {"TWINBASE_DATABASE_URL": company.url, "TWINBASE_PLUGINS": PLUGINS},
            stdout=kept, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while "running on" not in log.read_text():
                assert served.poll() is None, log.read_text()
            here = log.read_text().partition("running on ")[2].split()[0]
            page = f"{here}{address.partition('8000')[2]}"
            assert b"<form" in urllib.request.urlopen(page, timeout=30).read()
            form = f"secret={secret}&password={password}&repeated={password}".replace(" ", "+").encode()
            for status in (200, 410):
                try:
                    answered = urllib.request.urlopen(page, form, timeout=60).status
                except urllib.error.HTTPError as error:
                    answered = error.code
                assert answered == status
        finally:
            served.terminate()
            served.wait(30)
    said = log.read_text()
    assert "/api/v1/auth/link" in said and secret not in said and "trains" not in said
    people = {
        one["email"]: one["state"] for one in twinbase("user", "list", "--database-url", company.url, "--json").json
    }
    assert people["log@example.com"] == "active"
