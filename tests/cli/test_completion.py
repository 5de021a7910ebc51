"""The shell completes names of commands and options, once it was asked to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.said import Twinbase

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is the shell that is tried")


def bash(script: str, home: Path, **environment: str) -> list[str]:
    """The words that a script answers, in a shell of somebody whose home is empty."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n:"],  # The last word keeps bash from becoming the command itself.
        env=os.environ | {"HOME": str(home), "PATH": path} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `--show-completion` prints, in a file."""
    home = tmp_path_factory.mktemp("home")
    bash("twinbase --show-completion > $HOME/shown.sh", home)
    return home / "shown.sh"


COMPLETE = '_twinbase_completion twinbase; echo "${COMPREPLY[@]}"'


@pytest.mark.parametrize(
    ("typed", "plugins", "completed"),
    [
        ("twinbase d", "accounts", {"db", "delivery", "device", "demo"}),
        ("twinbase db st", "accounts", {"status"}),
        ("twinbase db status --pl", "accounts", {"--plugins"}),
        ("twinbase eb", "accounts", set()),
        ("twinbase eb", "accounts,mobile,ebp", {"ebp"}),
    ],
)
def test_what_is_begun_is_completed(shown: Path, tmp_path: Path, typed: str, plugins: str, completed: set[str]) -> None:
    words = f"COMP_WORDS=({typed}); COMP_CWORD={len(typed.split()) - 1}"
    assert set(bash(f". {shown}; {words}; {COMPLETE}", tmp_path, TWINBASE_PLUGINS=plugins)) == completed


def test_what_was_installed_is_there_in_the_next_shell(tmp_path: Path) -> None:
    assert "installed" in bash("twinbase --install-completion", tmp_path)
    words = "COMP_WORDS=(twinbase ser); COMP_CWORD=1"
    assert bash(f'. "$HOME/.bashrc"; {words}; {COMPLETE}', tmp_path) == ["serve"]


def test_the_options_for_it_stand_in_the_help_of_twinbase_alone(twinbase: Twinbase) -> None:
    assert "--install-completion" in twinbase("--help").out
    for command in ("db", "device", "serve", "ebp"):
        assert "completion" not in twinbase(command, "--help", TWINBASE_PLUGINS="ebp").out
