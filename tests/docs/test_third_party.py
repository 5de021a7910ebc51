"""A stranger's plugin, in an environment of its own: the example `vending`, installed with pip as its README says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.distributions import DISTRIBUTIONS

ROOT = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_example_passes_its_tests_in_a_fresh_environment(tmp_path: Path) -> None:
    """It takes minutes: pip fetches everything that the extra `testing` needs."""
    run("-m", "venv", str(tmp_path / "venv"))
    python = tmp_path / "venv" / "bin" / "python"
    pip = ("-m", "pip", "install", "--quiet")
    run(*pip, "-c", str(ROOT / "requirements.lock"), f"{ROOT}[testing]", python=python)
    example = tmp_path / "vending"
    shutil.copytree(ROOT / "examples" / "vending", example, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    run(*pip, "--no-deps", str(example), python=python)
    there = run("-m", "pip", "list", "--format=freeze", python=python)
    ours = {line.partition("==")[0] for line in there.splitlines() if line.startswith("twinbase")}
    assert ours == {"twinbase", "twinbase-example-vending"}
    assert " passed" in run("-m", "pytest", "-q", python=python, cwd=example)


def run(*arguments: str, python: Path = Path(sys.executable), cwd: Path | None = None) -> str:
    """What Python prints; an error when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run([python, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_is_part_of_no_wheel_of_ours_and_known_to_nobody() -> None:
    assert not [one for each in DISTRIBUTIONS.values() for one in each.packages if "vending" in one.parts]
    for folder in ("core", "server", "plugins", "examples/demo"):
        assert not [path for path in (ROOT / folder).rglob("*.py") if "vending.tables" in path.read_text()]
