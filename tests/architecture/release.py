"""`python -m tests.architecture.release`: whether HEAD may be released as what its tag says, and then all that is.

Without a tag of a release on HEAD it says the version, and builds nothing.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.architecture.distributions import DISTRIBUTIONS, ROOT


def main() -> int:
    version = str(DISTRIBUTIONS["twinbase"].project["version"])
    tags = tags_on_head(ROOT)
    wrong = list(disagreements(tags, version, (ROOT / "CHANGELOG.md").read_text()))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    if wrong:
        return 1
    if not tags:
        print(f"The version is {version}; HEAD has no tag of a release.")
        return 0
    for one in DISTRIBUTIONS.values():
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(ROOT / "dist")]
        subprocess.run(command, cwd=one.folder, check=True)
    print(f"v{version} is in dist: {len(DISTRIBUTIONS)} wheels, and their sources.")
    return 0


def tags_on_head(folder: Path) -> list[str]:
    """The tags of releases that HEAD has; none where there is no git, or no history."""
    command = ["git", "-C", str(folder), "tag", "--points-at", "HEAD", "--list", "v[0-9]*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    except FileNotFoundError:
        return []


def disagreements(tags: Sequence[str], version: str, changelog: str) -> Iterator[str]:
    """What keeps HEAD from being released as what these tags say, in sentences."""
    for tag in tags:
        if tag != f"v{version}":
            yield f"HEAD is tagged {tag}, and pyproject.toml says {version}: move the tag, or change the line."
    if tags and f"\n## [{version}] - " not in changelog:
        yield f"CHANGELOG.md has no heading for {version}: what it says under Unreleased is what is being released."


if __name__ == "__main__":
    sys.exit(main())
