"""What an app uses of a device stands in the reference, as the docstrings say it."""

from pathlib import Path

from pytest_regressions.file_regression import FileRegressionFixture
from tests.docs.device_api import page

PAGE = Path(__file__).parents[2] / "docs/reference/device.md"


def test_the_page_says_what_the_docstrings_say(file_regression: FileRegressionFixture) -> None:
    file_regression.check(page(), extension=".md", fullpath=PAGE)
