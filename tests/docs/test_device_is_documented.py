"""What an app uses of a device, and what hooks receive, stands in the reference, as the docstrings say it."""

from pathlib import Path

from pytest_regressions.file_regression import FileRegressionFixture
from tests.docs.device_api import page, plugin_page

REFERENCE = Path(__file__).parents[2] / "docs/reference"


def test_the_page_says_what_the_docstrings_say(file_regression: FileRegressionFixture) -> None:
    file_regression.check(page(), extension=".md", fullpath=REFERENCE / "device.md")


def test_the_page_of_the_types_of_hooks_says_what_the_docstrings_say(file_regression: FileRegressionFixture) -> None:
    file_regression.check(plugin_page(), extension=".md", fullpath=REFERENCE / "hook-types.md")
