"""What a plugin says of the strange tables of a world, and how they are made."""

from tests.oracle.strange.hanging import draw_hanging
from tests.oracle.strange.tables import draw

from twinbase import Mirror


def mirrors(world: int | None, version: int) -> list[Mirror]:
    """Everybody reads and writes the strange tables, and of what hangs on them what he is a member for."""
    if world is None:
        return []
    found = [Mirror(each.model, direction="both", page_rows=4, version=version, name=each.twin) for each in draw(world)]
    if (hanging := draw_hanging(world)) is not None:
        found.append(Mirror(hanging.model, direction="both", scope=hanging.scope, page_rows=3, version=version))
    return found


def ddl(world: int) -> list[str]:
    """The statements that make the tables, and what is in them from the start."""
    statements = [statement for strange in draw(world) for statement in strange.ddl()]
    if (hanging := draw_hanging(world)) is not None:
        statements += [*hanging.ddl(), *hanging.first_members()]
    return statements
