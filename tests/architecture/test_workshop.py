"""Who comes with a change or a question is met: owners of what exists, and templates that are whole."""

import re

import pytest
from tests.architecture.distributions import DISTRIBUTIONS, ROOT

FORGE = ROOT / ".github"
OWNED = dict(re.findall(r"^(\S+) +(@.+)$", (FORGE / "CODEOWNERS").read_text(), re.MULTILINE))


def test_what_has_an_owner_exists() -> None:
    assert [path for path in OWNED if path != "*" and not (ROOT / path.lstrip("/")).exists()] == []


def test_every_package_has_an_owner_and_so_has_all_the_rest() -> None:
    folders = [
        f"/{one.folder.relative_to(ROOT)}/"
        for one in DISTRIBUTIONS.values()
        if {"plugins", "frontends"} & {*one.folder.parts}
    ]
    assert {"*", "/core/", "/server/", *folders} <= OWNED.keys()
    assert [owners for owners in OWNED.values() if not re.fullmatch(r"(@twinbase/[a-z]+ ?)+", owners)] == []


@pytest.mark.parametrize("name", ["bug", "feature", "question"])
def test_a_template_says_when_it_is_the_right_one(name: str) -> None:
    text = (FORGE / "ISSUE_TEMPLATE" / f"{name}.md").read_text()
    head = re.match(r"---\nname: (.+)\nabout: (.+)\nlabels: (.+)\n---\n\n", text)
    assert head and head[3] == name
    assert name == "feature" or "SECURITY.md" in text


def test_what_a_change_needs_is_what_is_asked_for() -> None:
    text = (FORGE / "pull_request_template.md").read_text()
    assert all(word in text for word in ("test", "CHANGELOG.md", "docs/decisions", "`tox`"))
    assert [path for path in re.findall(r"[\w./]+/[\w./]+", text) if not (ROOT / path.rstrip(".")).exists()] == []
