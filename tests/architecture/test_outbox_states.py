"""The states of an edit stand in one file: whoever changes one sees all the ways that lead to it."""

import ast
import re
from pathlib import Path
from typing import get_args

from twinbase.replica.outbox.states import EditState

REPLICA = Path(__file__).parents[2] / "core/twinbase/replica"
HOME = REPLICA / "outbox/states.py"
SPELT = re.compile(r"'(" + "|".join(get_args(EditState)) + r")'|SET state\b")


def test_no_other_file_of_the_replica_spells_a_state_in_sql() -> None:
    files = [path for path in REPLICA.rglob("*.py") if path != HOME]
    found = {(path.name, text) for path in files for text in _texts(path) if SPELT.search(text)}
    # The table itself says in which state an edit begins.
    assert {name for name, _ in found} == {"layout.py"}


def _texts(path: Path) -> list[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
