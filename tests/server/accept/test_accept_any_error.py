"""Whatever PostgreSQL raises for one row, that row is refused with a sentence, and everything else goes on."""

from collections.abc import Iterable
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import func
from tests.server.accept.workshop import Job, Server, a_job

from twinbase import Mirror, Plugins, hookimpl
from twinbase_server.accept import AcceptLimits
from twinbase_server.accept.reasons import Refusal, refusal_of
from twinbase_server.problems import ProblemError

RAISED = ["P0002", "P0004", "42883", "0A000", "XX001", "TW001", "40001", "40P01", "55000", "57014"]
RAISED += ["23514", "23505", "23503", "23502", "23P01", "42501", "22001", "54000"]
RAISED += ["08006", "40003", "53100", "53400", "55P03", "57P03", "25006", "25P03"]
RAISED += ["02000", "02001", "01000", "01004", "01ABC", "03000"]
"""And what PostgreSQL says itself when the line, its means or somebody's lock is to blame."""
FUNCTION = """
CREATE FUNCTION workshop.judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.text = 'poison' THEN {body} END IF; RETURN NEW; END $$;
CREATE TRIGGER judge BEFORE INSERT OR UPDATE ON workshop.rule FOR EACH ROW EXECUTE FUNCTION workshop.judge()
"""


async def _poisoned(server: Server, limits: AcceptLimits | None = None) -> tuple[str, str]:
    """The reason and the sentence of one poisoned row; the eight beside it are written."""
    ana = await server.person()
    good = [ana.insert("rule", uuid4(), text=f"good {number}", other="") for number in range(8)]
    bad = ana.insert("rule", uuid4(), text="poison", other="")
    outcomes = await ana.push(limits=limits)
    assert {outcomes[id].status for id in good} == {"applied"} and outcomes[bad].status == "refused"
    assert await server.value("SELECT count(*) FROM workshop.rule") == 8
    return outcomes[bad].reason, outcomes[bad].detail


@pytest.mark.parametrize("state", RAISED)
async def test_a_trigger_may_raise_what_it_likes(server: Server, state: str) -> None:
    await server.connection.execute(
        FUNCTION.format(body=f"RAISE EXCEPTION 'The meter is sealed.' USING ERRCODE = '{state}';")
    )
    reason, detail = await _poisoned(server)
    assert (reason, detail) == ("database-rule", "The meter is sealed.")


@pytest.mark.parametrize(
    "context",
    [
        "PL/pgSQL function workshop.judge() line 3 at RAISE",
        "fonction PL/pgSQL workshop.judge(), ligne 3 à RAISE",
        "PL/pgSQL-Funktion workshop.judge() Zeile 3 bei RAISE\nSQL-Anweisung »INSERT«",
    ],
)
def test_a_sentence_that_a_trigger_raises_is_told_whatever_language_the_server_speaks(context: str) -> None:
    error = asyncpg.PostgresError.new({"C": "P0002", "M": "Le compteur est scellé.", "W": context})
    assert refusal_of(error, ()) == Refusal("database-rule", "Le compteur est scellé.")


async def test_a_row_that_a_function_does_not_find_refuses_its_own_mutation(server: Server) -> None:
    body = "PERFORM 1; DECLARE one uuid; BEGIN SELECT id INTO STRICT one FROM workshop.job; END;"
    await server.connection.execute(FUNCTION.format(body=body))
    assert await _poisoned(server) == ("database", "The database refused the change (error P0002).")


async def test_a_row_that_takes_too_long_every_time_is_found(server: Server) -> None:
    await server.connection.execute(FUNCTION.format(body="PERFORM pg_sleep(60);"))
    reason, detail = await _poisoned(server, AcceptLimits(statement_seconds=2.0))
    assert (reason, detail) == ("too-slow", "The database took too long over this change.")


async def test_a_value_that_no_index_takes_is_refused_and_noted_all_the_same(server: Server) -> None:
    """Nor does our own note of it break: a refused row's key may be longer than a B-tree's page."""
    letters = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(9000))
    await server.connection.execute("CREATE INDEX ON workshop.rule (other)")
    ana = await server.person()
    good = ana.insert("rule", uuid4(), text="good", other="")
    bad = ana.insert("rule", uuid4(), text="x", other=letters)
    key = ana.insert("stock", (letters, 1), place=letters, article=1, amount=1)
    outcomes = await ana.push()
    assert [outcomes[id].status for id in (good, bad, key)] == ["applied", "refused", "refused"]
    assert "larger than the database can take" in outcomes[bad].detail


@pytest.mark.parametrize("state", ["P0002", "42883", "0A000", "TW001", "40001", "23514"])
async def test_what_is_raised_while_a_row_is_looked_for_refuses_that_row_alone(server: Server, state: str) -> None:
    """A scope, or a view or a policy of the customer's, may call what raises for one value."""
    await server.connection.execute(f"""
        CREATE FUNCTION workshop.judge_title(title text) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN IF title = 'poison' THEN RAISE EXCEPTION 'The meter is sealed.' USING ERRCODE = '{state}'; END IF;
        RETURN true; END $$""")
    ana, plugins = await server.person(), Plugins(Judged())
    ids = [await a_job(ana, title=title) for title in ("good", "poison", "fine", "well")]
    for id in ids:
        ana.update("job", id, {"visits": 5}, None, visits=6)
    outcomes = list((await ana.push(plugins=plugins)).values())
    assert [outcome.status for outcome in outcomes] == ["merged", "refused", "merged", "merged"]
    assert outcomes[1].detail == "The meter is sealed."


class Judged:
    """Jobs whose scope calls a function of the customer's."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Job, direction="both", scope=lambda who: func.workshop.judge_title(Job.title), conflict="add")


@pytest.mark.parametrize("state", RAISED)
async def test_what_a_trigger_raises_for_every_row_refuses_them_all(server: Server, state: str) -> None:
    """A batch that is all of what the office does not take is answered, and does not come again for ever."""
    body = f"RAISE EXCEPTION 'The meter is sealed.' USING ERRCODE = '{state}';"
    await server.connection.execute(FUNCTION.format(body=body))
    ana = await server.person()
    good = ana.insert("rule", uuid4(), text="good", other="")
    bad = [ana.insert("rule", uuid4(), text="poison", other="") for _ in range(12)]
    outcomes = await ana.push()
    assert {(outcomes[id].status, outcomes[id].detail) for id in bad} == {("refused", "The meter is sealed.")}
    assert outcomes[good].status == "applied"


async def test_an_error_that_every_row_meets_is_the_moments(server: Server) -> None:
    """Then nothing is refused: the batch comes again."""
    await server.connection.execute(FUNCTION.format(body="NULL;").replace("NEW.text = 'poison'", "pg_sleep(9) IS NULL"))
    ana = await server.person()
    for number in range(8):
        ana.insert("rule", uuid4(), text=f"good {number}", other="")
    with pytest.raises(ProblemError, match="Send it again"):
        await ana.push(limits=AcceptLimits(statement_seconds=1.0))
    assert await server.value("SELECT count(*) FROM workshop.rule") == 0
