"""Who lacks a permission has no rows on the device and writes none; what is given or taken away takes effect."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlmodel import Field, SQLModel

from twinbase import Identity, Mirror, Plugins, Who, hookimpl, within
from twinbase.errors import ServerRefused
from twinbase.testing import Device, World
from twinbase.testing.server import serve
from twinbase_server import accounts
from twinbase_server.explain.scope import explain

SCHEMA = "roles"


class Plan(SQLModel, table=True):
    __tablename__ = "plans"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    lead: str = "anna"
    title: str = ""


class Sheet(SQLModel, table=True):
    """Of a plan."""

    __tablename__ = "sheets"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key=f"{SCHEMA}.plans.id")
    text: str = ""


def led_or_all(who: Who) -> object:
    return who.may("plans.all") | (Plan.lead == who["lead"])


class Plans:
    """A plugin with roles; `changed`: those that are not as below."""

    def __init__(self, **changed: Collection[str]) -> None:
        self.changed = changed

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        return {
            "plans.read": "See plans.",
            "plans.write": "Change plans.",
            "plans.all": "See everybody's.",
            "sheets.write": "Write on sheets.",
        }

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        return {
            "reader": ["plans.read"],
            "writer": ["plans.write", "sheets.write"],
            "overseer": ["plans.read", "plans.all"],
            "scribe": ["plans.read", "sheets.write"],
            "blind": ["sheets.write"],
            "boss": ["*"],
            **self.changed,
        }

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Plan, direction="both", scope=led_or_all, read="plans.read", write="plans.write")
        yield Mirror(Sheet, direction="both", scope=within(Plan, Sheet.plan_id), write="sheets.write")


class SheetsAlone(Plans):
    """An app without the plans, where nothing holds a sheet to one."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Sheet, direction="both", write="sheets.write")


PLUGINS = Plugins(accounts, Plans())


async def _plans(world: World, *leads: str) -> list[UUID]:
    rows = [
        await world.sql("INSERT INTO roles.plans VALUES (gen_random_uuid(), :lead, 'a plan') RETURNING id", lead=lead)
        for lead in leads
    ]
    plans = [row[0].id for row in rows]
    for plan in plans:
        await world.sql("INSERT INTO roles.sheets VALUES (gen_random_uuid(), :plan, 'a sheet')", plan=plan)
    return plans


async def _device(world: World, *roles: str, **claims: object) -> Device:
    return await world.device("anna", claims={"lead": "anna", "role": list(roles), **claims})


async def _become(world: World, device: Device, **claims: object) -> None:
    await world.account("anna", **claims)
    await world.sign_in(device, "anna")


async def test_whoever_lacks_the_permission_has_no_row_and_none_that_follows_one(world: World) -> None:
    await _plans(world, "anna", "anna")
    anna = await _device(world, "writer")

    report = await anna.sync()

    assert not await anna.all(Plan) and not await anna.all(Sheet)
    assert report.is_proven


async def test_a_role_that_is_given_brings_the_rows_and_taken_away_takes_them(world: World) -> None:
    await _plans(world, "anna", "anna", "bob")
    anna = await _device(world, "reader")
    await anna.sync()
    assert len(await anna.all(Plan)) == len(await anna.all(Sheet)) == 2

    for role, plans in (("overseer", 3), ("writer", 0), ("reader", 2)):
        await _become(world, anna, lead="anna", role=role)
        report = await anna.sync()
        assert (len(await anna.all(Plan)), len(await anna.all(Sheet))) == (plans, plans), role
        assert report.is_proven and not report.unexplained


@pytest.mark.parametrize(("reader", "plans"), [([], 0), (["plans.read", "plans.all"], 3), (["*"], 3)])
async def test_a_role_that_gives_something_else_since_the_server_was_updated_takes_effect(
    world: World, reader: list[str], plans: int
) -> None:
    """The account and its token are the same as before."""
    await _plans(world, "anna", "anna", "bob")
    anna = await _device(world, "reader")
    await anna.sync()
    updated = Plugins(accounts, Plans(reader=reader))
    async with serve(world.database_url, updated, world.clock, {}) as application:
        anna.wire.application = application
        report = await anna.sync()
    assert (len(await anna.all(Plan)), len(await anna.all(Sheet))) == (plans, plans)
    assert report.is_proven and not report.unexplained


async def test_several_roles_give_what_all_of_them_give(world: World) -> None:
    plans = await _plans(world, "anna", "bob")
    anna = await _device(world, "overseer", "writer")
    await anna.sync()
    assert len(await anna.all(Plan)) == 2
    await anna.change(Plan, plans[0], title="changed")
    assert (await anna.sync()).outcomes == {"applied": 1}


async def test_everything_is_given_by_a_star(world: World) -> None:
    plans = await _plans(world, "bob")
    anna = await world.device("anna", claims={"lead": "anna", "role": "boss"})
    await anna.sync()
    await anna.change(Plan, plans[0], title="changed")
    assert (await anna.sync()).outcomes == {"applied": 1}


async def test_what_somebody_may_only_read_is_refused_with_a_sentence_and_undone(world: World) -> None:
    plans = await _plans(world, "anna", "anna")
    anna = await _device(world, "reader")
    await anna.sync()
    await anna.change(Plan, plans[0], title="mine now")
    await anna.delete(Sheet, (await anna.all(Sheet))[0].id)
    await anna.save(Plan(title="new"))

    report = await anna.sync()

    assert report.outcomes == {"refused": 3} and report.is_proven
    assert {(plan.title) for plan in await anna.all(Plan)} == {"a plan"} and len(await anna.all(Sheet)) == 2
    edits = await anna.replica.waiting_edits()
    assert {edit.reason for edit in edits} == {"permission"}
    assert "Your role does not let you change plans (plans.write). Ask whoever manages the accounts." in {
        edit.detail for edit in edits
    }


async def test_work_that_stands_on_a_row_that_was_refused_waits_for_it(world: World) -> None:
    anna = await _device(world, "scribe")
    plan = Plan(title="new")
    await anna.save(plan)
    await anna.save(Sheet(plan_id=plan.id))
    assert (await anna.sync()).outcomes == {"refused": 1, "parked": 1}


async def test_a_row_that_somebody_may_not_read_cannot_be_pointed_at(world: World) -> None:
    """And looks as one that is not there."""
    (plan,) = await _plans(world, "anna")
    claims = {"lead": "anna", "role": "blind"}
    anna = await world.device("anna", claims=claims, plugins=Plugins(accounts, SheetsAlone()))
    await anna.sync()
    await anna.save(Sheet(plan_id=plan, text="a guess"))
    await anna.save(Sheet(plan_id=uuid4(), text="another"))
    assert (await anna.sync()).outcomes == {"refused": 2}
    edits = await anna.replica.waiting_edits()
    assert {edit.reason for edit in edits} == {"no-target"} and len({edit.detail for edit in edits}) == 1


async def test_keys_of_rows_that_somebody_may_not_read_are_not_told(world: World) -> None:
    plans = await _plans(world, "anna", "bob")
    anna = await _device(world, "writer")
    await anna.sync()
    told: list[bytes] = []
    anna.wire.application = _overheard(anna.wire.application, told)
    await world.sql("UPDATE roles.plans SET title = 'changed'")
    await world.sql("DELETE FROM roles.sheets")
    report = await anna.sync()
    assert report.is_proven and not report.unexplained
    assert told and not any(str(plan).encode() in b"".join(told) for plan in plans)


def _overheard(application: Any, told: list[bytes]) -> Any:
    """The same application, which answers without compression; what it says is noted."""

    async def listen(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            told.append(message.get("body", b""))
            await send(message)

        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await application({**scope, "headers": plain}, receive, note)

    return listen


async def test_whoever_lacks_the_permission_needs_no_claim_of_the_scope(world: World) -> None:
    """An administrator is no technician, and has no number as one."""
    await _plans(world, "anna")
    anna = await world.device("anna", claims={"role": "writer"})
    assert (await anna.sync()).is_proven
    await _become(world, anna, role="reader")
    with pytest.raises(ServerRefused, match="claim-missing"):
        await anna.sync()


@pytest.mark.parametrize("role", ["raeder", "", ["reader", "raeder"], 7, {"reader": True}, [None], None])
async def test_a_slip_in_the_role_removes_no_row_and_refuses_no_edit(world: World, role: object) -> None:
    """Neither does an account that lost its role: nobody can tell what was meant (H10)."""
    (plan,) = await _plans(world, "anna")
    anna = await _device(world, "reader", "writer")
    await anna.sync()
    await anna.change(Plan, plan, title="typed")
    await _become(world, anna, lead="anna", role=role)

    with pytest.raises(ServerRefused, match=r"claim-missing.*role.*correct it where the account is kept"):
        await anna.sync()

    assert [row.title for row in await anna.all(Plan)] == ["typed"]
    await _become(world, anna, lead="anna", role=["reader", "writer"])
    assert (await anna.sync()).outcomes == {"applied": 1}


EXPLAINED = [
    ("reader", "bob", "it is outside the scope: no role of theirs gives plans.all"),
    ("overseer", "bob", "it is in scope: their role gives plans.all"),
    ("writer", "anna", "no role of theirs gives plans.read, without which nobody has a row of plans"),
]


@pytest.mark.parametrize(("role", "lead", "because"), EXPLAINED)
async def test_it_is_explained_in_words(world: World, role: str, lead: str, because: str) -> None:
    (plan,) = await _plans(world, lead)
    identity = PLUGINS.roles.grant(Identity("anna", {"lead": "anna", "role": role}))
    connection = await asyncpg.connect(world.database_url)
    said = await explain(connection, PLUGINS.registry["plans"], [str(plan)], identity, world.clock())
    await connection.close()
    assert said.because == f"{because}.", said


async def test_an_empty_list_is_no_slip(world: World) -> None:
    await _plans(world, "anna")
    anna = await _device(world, "reader")
    await anna.sync()
    await _become(world, anna, lead="anna", role=[])
    assert (await anna.sync()).is_proven and not await anna.all(Plan)


async def test_a_device_knows_what_its_person_may_do_without_a_network(world: World) -> None:
    anna = await _device(world, "reader")
    anna.wire.up = False
    identity = await anna.replica.read_identity()
    assert identity is not None and identity.may("plans.read") and not identity.may("plans.write")
