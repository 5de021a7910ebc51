"""docs/reference/mobile.md holds every table, owner, scope, transition and reason; a failure prints what to write."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twinbase import Plugins
from twinbase.attachment import IMAGES, PDF, Attachment
from twinbase.mirror import ParentScope
from twinbase.registry import Twin
from twinbase.roles import OF_THE_SERVER
from twinbase_mobile.reasons import CATALOGUE
from twinbase_mobile.roles import PERMISSIONS, ROLES, ROLES_OF_BEFORE
from twinbase_mobile.rules.status import OFFICE, TRANSITIONS
from twinbase_mobile.tables.former_team import FormerTeam
from twinbase_mobile.tables.office import ProjectMember, Sector

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "mobile.md").read_text()
TWINS = list(Plugins("mobile").registry)
STRATEGIES = {
    "customer_sites": "merge_columns(device_wins)",
    "interventions": "merge_columns(device_wins, report=keep_both)",
}


def first_line(thing: Any) -> str:
    return " ".join((thing.__doc__ or "").strip().split("\n\n")[0].split())


def scope(twin: Twin) -> str:
    declared, window = twin.mirror.scope, twin.mirror.window
    if declared is None:
        return "everybody has all rows."
    if isinstance(declared, ParentScope):
        return f"with its row of `{declared.parent.__tablename__}`."
    text = first_line(declared)
    if window is not None:
        text = f"{text.removesuffix('.')}, with `{window.column.key}` in the last {window.back.days} days or empty."
    return text[0].lower() + text[1:]


def owners(twin: Twin) -> Iterator[tuple[str, list[str]]]:
    columns = [name for name in twin.columns if name not in twin.key]
    written = [name for name in columns if twin.pushes and "update" in twin.operations and name in twin.writable]
    once = [
        name
        for name in columns
        if twin.pushes and "insert" in twin.operations and name in twin.insertable and name not in written
    ]
    yield "office", [name for name in columns if name not in written and name not in once]
    yield "device, once", once
    yield "device", written


def section(twin: Twin) -> str:
    """What the page has to say about a table."""
    lines = [f"### {twin.name}", ""]
    if text := first_line(twin.model):
        lines += [text, ""] if not text.startswith(twin.model.__name__ + "(") else []
    lines += [f"- Scope: {scope(twin)}"]
    if twin.pushes:
        strategy = STRATEGIES.get(twin.name) or twin.mirror.conflict
        operations = ", ".join(one for one in ("insert", "update", "delete") if one in twin.operations)
        lines += [f"- A device may {operations}; conflicts: `{strategy}`."]
    for owner, columns in owners(twin):
        if columns:
            lines += [f"- {owner.capitalize()}: {', '.join(f'`{name}`' for name in columns)}"]
    return "\n".join([*lines, *map(content, twin.attachments.values())])


def content(attachment: Attachment) -> str:
    """What a column may name."""
    kinds = [name for name, types in (("an image", IMAGES), ("a PDF", {PDF})) if types <= set(attachment.types)]
    said = f"`{attachment.column}`, {' or '.join(kinds)} of at most {attachment.bytes_max // 2**20} MiB"
    state = f"; `{attachment.state}` says whether it has come" if attachment.state else ""
    return f"- [Content](mirror.md#attachments): {said}{state}"


def plain(text: str) -> str:
    """Without the line breaks that keep the page readable."""
    return " ".join(text.split())


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_table_is_in_the_reference_with_its_owners_and_its_scope(twin: Twin) -> None:
    found = re.search(rf"^### {twin.name}\n.*?(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found and plain(found[0]) == plain(section(twin)), f"write:\n\n{section(twin)}"


def test_no_table_of_the_past_is_still_there() -> None:
    assert set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == {twin.name for twin in TWINS}


@pytest.mark.parametrize("model", [Sector, ProjectMember, FormerTeam])
def test_a_table_of_the_server_is_in_the_reference(model: Any) -> None:
    assert f"`{model.__table__.fullname}`" in PAGE
    assert all(f"`{name}`" in PAGE for name in model.model_fields)


@pytest.mark.parametrize("before", TRANSITIONS)
def test_a_status_is_in_the_reference_with_what_it_may_become(before: Any) -> None:
    technician, office = ([f"`{one}`" for one in found.get(before, ())] for found in (TRANSITIONS, OFFICE))
    assert f"| `{before}` | {', '.join(technician) or 'nothing'} | {', '.join(office) or 'nothing'} |" in PAGE


def permission_line(permission: str) -> str:
    """What the page has to say about a permission: what it is for, the tables that ask for it, whose it is."""
    guarded = [
        f"{what} {', '.join(names)}"
        for what, names in (
            ("read", [f"`{twin.name}`" for twin in TWINS if twin.mirror.read == permission]),
            ("write", [f"`{twin.name}`" for twin in TWINS if twin.mirror.write == permission]),
        )
        if names
    ]
    who = [name for name, given in ROLES.items() if permission in given or "*" in given]
    everybody = len(who) == len(ROLES)
    asked = "; ".join(guarded) or "a status of `interventions`"
    return f"| `{permission}` | {PERMISSIONS[permission]} | {asked} | {'all six' if everybody else ', '.join(who)} |"


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_permission_is_in_the_reference_with_its_tables_and_its_roles(permission: str) -> None:
    assert permission_line(permission) in PAGE, f"write:\n\n{permission_line(permission)}"


def test_there_are_the_six_roles_and_every_table_asks_for_a_permission() -> None:
    assert list(ROLES) == ["super_admin", "admin", "patron", "commercial", "chef_chantier", "technicien"]
    assert all(twin.mirror.read and bool(twin.mirror.write) == twin.pushes for twin in TWINS)
    assert {one for given in {**ROLES, **ROLES_OF_BEFORE}.values() for one in given} == {
        *PERMISSIONS,
        *OF_THE_SERVER,
        "*",
    }
    assert all(f"`{name}`" in PAGE for name in ROLES)


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_reason_is_in_the_reference_with_its_sentence(code: str) -> None:
    assert f"| `{code}` | {CATALOGUE[code]} |" in PAGE
