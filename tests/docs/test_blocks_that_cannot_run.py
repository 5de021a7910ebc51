"""The few blocks that nothing here can execute, each with its reason and with what is looked at instead."""

import inspect
import re
import subprocess
from typing import Any

import pytest
import typer
from tests.architecture.distributions import DISTRIBUTIONS
from tests.docs.installing import check_install
from tests.docs.page_blocks import ROOT, Block, find_blocks, only_checks
from tests.docs.terminal import INSTALLING

from twinbase.protocol import BATCH_BYTES_MAX
from twinbase_server.bench.command import command as bench
from twinbase_server.bench.sizes import PARTS
from twinbase_server.cli.serve import command as serve

BY_HAND = [
    *find_blocks("README.md", "bash"),
    find_blocks("CONTRIBUTING.md", "bash")[0],
    find_blocks("docs/how-to/plugin.md", "console")[1],
    find_blocks("examples/vending/README.md", "console")[0],
    *find_blocks("examples/demo/README.md"),
]
LOCK = find_blocks("CONTRIBUTING.md", "bash")[1]
LOGIN, ROW_VERSIONS = find_blocks("docs/how-to/connect-ebp.md", "sql")
VENDOR = find_blocks("docs/how-to/connect-ninjaone.md", "bash")[5]
PACKAGE, PLACE_PACKAGE = find_blocks("docs/how-to/package-the-app.md", "bash")
CADDY, NGINX = find_blocks("docs/how-to/tls.md", "text")
(BENCH,) = find_blocks("docs/explanation/performance.md")


def list_lines(block: Block) -> list[str]:
    """The commands, without a prompt."""
    return re.findall(r"^(?:\$ )?(\S.*)$", block.take().replace("\\\n", " "), re.M)


def check_bash(*lines: str) -> None:
    done = subprocess.run(["bash", "-n", "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr


@only_checks(
    *BY_HAND, because="It fetches all from an index, for minutes: `tox -e third-party` and `demo` do, when asked."
)
def test_what_installs_names_distributions_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they start then is started by other tests: the demo, a new plugin, the vending machines."""
    monkeypatch.setenv("TWINBASE", str(ROOT))
    for block in BY_HAND:
        lines = list_lines(block)
        check_bash(*lines)
        installs = [part.strip() for line in lines for part in line.split("&&") if INSTALLING.match(part.strip())]
        folder = ROOT / "examples" / "vending" if "-e ." in block.text and "TWINBASE" in block.text else ROOT
        assert len(installs) >= 2 or "demo" in block.page
        for command in installs:
            check_install(command, folder)


@only_checks(LOCK, because="It asks an index for the newest version of every dependency, and the answer is the lock.")
def test_the_lock_is_made_of_distributions_that_are_there() -> None:
    text = LOCK.take()
    check_bash(text)
    printed = text.replace("\\\n", " ").partition("|")[0]
    named = [word.strip("'") for word in printed.split() if word.strip("'").startswith(".")]
    assert len(named) == len(DISTRIBUTIONS)
    for one in named:
        check_install(f"pip install {one}", ROOT)


@only_checks(
    PACKAGE, PLACE_PACKAGE, because="It builds for minutes, and writes into the system: `tox -e package` builds."
)
def test_what_packages_the_app_names_files_that_are_there() -> None:
    for block in (PACKAGE, PLACE_PACKAGE):
        lines = list_lines(block)
        check_bash(*lines)
        ours = [word for line in lines for word in line.split() if word.startswith("frontends/")]
        assert ours and all((ROOT / word).is_file() for word in ours)
    (install,) = [line for line in PACKAGE.text.splitlines() if INSTALLING.match(line)]
    check_install(install.removesuffix(" pyinstaller"), ROOT)


@only_checks(LOGIN, ROW_VERSIONS, because="There is no SQL Server here, and no parser of its language.")
def test_what_an_administrator_types_into_sql_server_gives_no_right_to_write() -> None:
    """As text: whole statements, in whose words nothing but reading is granted."""
    statements = [line for block in (LOGIN, ROW_VERSIONS) for line in block.take().splitlines()]
    assert all(re.fullmatch(r"(CREATE|USE|ALTER) [^;]+;", line) for line in statements)
    granted = [re.sub(r"'.*?'|\[.*?\]", "x", line) for line in statements]
    assert granted == [
        "CREATE LOGIN twinbase WITH PASSWORD = x;", "USE x;", "CREATE USER twinbase FOR LOGIN twinbase;",
        "ALTER ROLE db_datareader ADD MEMBER twinbase;", "ALTER DATABASE x SET READ_COMMITTED_SNAPSHOT ON;",
    ]  # fmt: skip


@only_checks(VENDOR, because="The vendor's description has to be fetched by whoever has an account there.")
def test_the_tests_that_want_the_vendors_description_read_the_variable() -> None:
    (line,) = list_lines(VENDOR)
    check_bash(line)
    variable, folder = re.fullmatch(r"(\w+)=\S+ pytest (\S+)", line).groups()  # type: ignore[union-attr]
    assert any(variable in file.read_text() for file in (ROOT / folder).glob("*.py"))


@only_checks(CADDY, NGINX, because="No proxy is installed here; tests/sync/test_proxies.py tries what they may do.")
def test_a_proxy_listens_for_what_the_server_serves() -> None:
    caddy, nginx = CADDY.take(), NGINX.take()
    for text in (caddy, nginx):
        assert text.count("{") == text.count("}") and f"127.0.0.1:{default_of('port')}" in text
    assert default_of("host") == "127.0.0.1" and f"client_max_body_size {BATCH_BYTES_MAX >> 20}m;" in nginx
    directives = [line.strip() for line in nginx.splitlines() if line.strip()]
    assert all(re.search(r"[;{}]$", line) for line in directives)


def default_of(option: str) -> object:
    return inspect.signature(serve).parameters[option].default


@only_checks(BENCH, because="The speed table takes eight minutes, and tests/bench runs it in small.")
def test_the_speed_table_takes_the_options_that_are_shown() -> None:
    *ours, tox = (line.partition(" #")[0].split() for line in list_lines(BENCH))
    for arguments in [*(line[2:] for line in ours), tox[4:]]:
        context = speed_table().make_context("bench", arguments)
        assert set(filter(None, context.params["only"].split(","))) <= set(PARTS)
    assert tox[:4] == ["tox", "-e", "bench", "--"] and "[testenv:bench]" in (ROOT / "tox.ini").read_text()


def speed_table() -> Any:
    app = typer.Typer()
    app.command()(bench)
    return typer.main.get_command(app)
