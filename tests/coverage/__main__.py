"""`python -m tests.coverage FILE`: docs/reference/coverage.md, from what `coverage json` has written to a file.

What follows the file was given to pytest: the page says so, for a part of the suite is no whole one.
"""

import argparse
import json
import platform
import shlex
from datetime import UTC, datetime
from pathlib import Path

from tests.coverage.page import PAGE, counted, page


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("given", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    report = json.loads(chosen.file.read_text())
    command = shlex.join(["tox", "-e", "coverage", *(["--", *chosen.given] if chosen.given else [])])
    PAGE.write_text(page(counted(report), command, datetime.now(UTC).date(), platform.python_version()))
    print(f"{PAGE.name}: {report['totals']['percent_covered']:.1f} % of all lines and branches")


if __name__ == "__main__":
    main()
