"""docs/reference/coverage.md: what the tests run of each package, and where they run least."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.architecture.distributions import PACKAGES, ROOT

PAGE = ROOT / "docs" / "reference" / "coverage.md"
LEAST = 12


@dataclass(frozen=True)
class Counts:
    """Files, and what was run of their lines and branches."""

    files: int = 0
    lines: int = 0
    lines_run: int = 0
    branches: int = 0
    branches_taken: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.files + other.files,
            self.lines + other.lines,
            self.lines_run + other.lines_run,
            self.branches + other.branches,
            self.branches_taken + other.branches_taken,
        )

    @property
    def missed(self) -> int:
        return self.lines + self.branches - self.lines_run - self.branches_taken

    @property
    def percent(self) -> str:
        """Lines and branches together, rounded down: 100 % is all of them."""
        whole = self.lines + self.branches
        thousandths = (whole - self.missed) * 1000 // whole if whole else 1000
        return f"{thousandths // 10}.{thousandths % 10} %"


def counted(report: Mapping[str, Any]) -> dict[Path, Counts]:
    """Each file of a package, as `coverage json` counted it."""
    counts = {}
    for name, file in report["files"].items():
        said = file["summary"]
        counts[Path(name)] = Counts(
            1, said["num_statements"], said["covered_lines"], said["num_branches"], said["covered_branches"]
        )
    return counts


def page(files: Mapping[Path, Counts], command: str, measured: date, python: str) -> str:
    """The whole page."""
    packages = {package: total(files, package) for package in PACKAGES}
    rows = [f"| `{package.name}` | {_cells(counts)} |" for package, counts in packages.items()]
    rows.append(f"| all | {_cells(sum(packages.values(), Counts()))} |")
    least = sorted((path for path in files if files[path].missed), key=lambda path: (-files[path].missed, path))[:LEAST]
    seldom = [f"| `{path}` | {files[path].missed} | {files[path].percent} |" for path in least]
    tables = {"rows": "\n".join(rows), "seldom": "\n".join(seldom)}
    return _TEXT.format(command=command, measured=measured, python=python, **tables)


def total(files: Mapping[Path, Counts], folder: Path) -> Counts:
    """The sum of all files below a folder."""
    below: Iterable[Counts] = (counts for path, counts in files.items() if path.is_relative_to(folder))
    return sum(below, Counts())


def _cells(counts: Counts) -> str:
    lines, branches = f"{counts.lines_run} of {counts.lines}", f"{counts.branches_taken} of {counts.branches}"
    return f"{counts.files} | {lines} | {branches} | {counts.percent}"


_TEXT = """# Coverage

Which lines the tests run, and which branches they take: `{command}`, measured on {measured}
with Python {python} and the embedded PostgreSQL. That command writes this page. It is no part of the gate: tracing
costs time.

| package | files | lines run | branches taken | both |
|---|---|---|---|---|
{rows}

A line that was run is not a line that was tested: whether the tests would notice a wrong engine is asked by
`tox -e mutants`, and whether they can be trusted with a wrong order of things by `tox -e oracle`. The figure is for
finding what nobody ever tries. Processes of the product that tests start are counted; what they did before a test
killed them with `kill -9` is not.

Where most is missing, lines and branches together:

| file | never run or taken | both |
|---|---|---|
{seldom}
"""
