"""What a plugin may use of the server stands in the reference, all of it and nothing else."""

import re
from pathlib import Path

from twinbase_server import extension

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "extension.md").read_text()


def test_every_name_stands_on_the_page_and_no_other_does() -> None:
    cells = re.findall(r"^\| (`.*?) \| (?:commands|routes|both) \|", PAGE, re.MULTILINE)
    listed = {name for cell in cells for name in re.findall(r"`(\w+)", cell)}
    assert listed == set(extension.__all__)
