"""Each decision has a number, a date and a status, and the index says the same."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs/decisions"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "index.md")
HEAD = re.compile(r"# (\d+)\. (.+)\n\n\*(\d{4}-\d\d-\d\d), (accepted|replaced by \[\d+\]\((\d{4}-[\w-]+\.md)\).*)\*\n")


def test_decisions_are_numbered_without_a_gap_and_say_since_when_they_hold() -> None:
    heads = [_head(page) for page in PAGES]
    assert [int(head[1]) for head in heads] == list(range(1, len(PAGES) + 1))
    assert [page.name[:5] for page in PAGES] == [f"{int(head[1]):04d}-" for head in heads]


def test_what_a_decision_is_replaced_by_is_there() -> None:
    replaced = [head[5] for head in map(_head, PAGES) if head[5]]
    assert replaced and all((FOLDER / name).exists() for name in replaced)


def test_the_index_lists_every_decision_with_its_date_and_status() -> None:
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+\.md)\) \| (.+) \| (.+) \|$", (FOLDER / "index.md").read_text(), re.M)
    assert rows == [(head[1], head[2], page.name, head[3], head[4]) for page in PAGES for head in (_head(page),)]


def _head(page: Path) -> re.Match[str]:
    found = HEAD.match(page.read_text())
    assert found is not None, f"{page.name} does not begin with its number, its date and its status"
    return found
