"""The office over HTTP: who has a role for it manages people and devices, and nobody gives more than they have."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlmodel import Field, SQLModel
from tests.server.phone import Phone

from twinbase import Mirror, Plugins, hookimpl
from twinbase.enrolment import read_enrolment_uri
from twinbase.testing import World
from twinbase.testing.world import PASSWORD
from twinbase_server import accounts


class OfficeNote(SQLModel, table=True):
    __tablename__ = "office_notes"
    __table_args__ = {"schema": "office"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str = ""


class Roles:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(OfficeNote, direction="both", read="notes.read", write="notes.write")

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        return {"notes.read": "See notes.", "notes.write": "Write them.", "money.see": "See what it costs."}

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        office = ["office.people", "office.devices", "office.salvage", "notes.read", "notes.write"]
        return {
            "root": ["*"], "clerk": office, "writer": ["notes.read", "notes.write"], 
            "boss": ["notes.read", "money.see"], "doorman": ["office.devices"],
        }  # fmt: skip


class Desk:
    """Somebody who asks by HTTP."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone

    async def get(self, path: str) -> Any:
        return await self._said(await self.phone.http.get(f"office/{path}", headers=self.phone.headers()))

    async def post(self, path: str, **said: Any) -> Any:
        return await self._said(await self.phone.http.post(f"office/{path}", json=said, headers=self.phone.headers()))

    async def _said(self, answer: httpx2.Response) -> Any:
        body = answer.json()
        return body if answer.status_code == 200 else body["type"]


class Building:
    def __init__(self, world: World, http: httpx2.AsyncClient) -> None:
        self.world, self.http = world, http

    async def desk(self, name: str, **claims: Any) -> Desk:
        """An account with these claims, signed in."""
        await self.world.account(name, **claims)
        return await self.come(name)

    async def come(self, name: str) -> Desk:
        phone = Phone(self.http)
        answer = await phone.sign_in(f"{name}@example.org", password=PASSWORD)
        assert answer.status_code == 200, answer.text
        return Desk(phone)


@pytest.fixture
async def building(database_url: str, tmp_path: Path) -> AsyncIterator[Building]:
    async with (
        World.open(database_url, Plugins(accounts, Roles()), tmp_path, public_url="https://twins.example") as world,
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=world.application), base_url="http://world.example/api/v1/"
        ) as http,
    ):
        yield Building(world, http)


async def test_a_person_is_invited_chooses_a_password_and_is_listed(building: Building) -> None:
    clerk = await building.desk("clerk", role="clerk")
    given = await clerk.post("people/invite", email=" Carla@Example.org", claims={"role": "writer"}, name="Carla")
    assert given == "bad-request"  # with a space before it
    given = await clerk.post("people/invite", email="Carla@Example.org", claims={"role": "writer"}, name="Carla")
    assert given["link"].startswith("https://twins.example/api/v1/auth/link#") and not given["sent"]
    states = {one["email"]: (one["state"], one["name"]) for one in await clerk.get("people")}
    assert states == {"clerk@example.org": ("active", ""), "carla@example.org": ("invited", "Carla")}
    chosen = {"secret": given["link"].partition("#")[2], "password": "three old trains"}
    assert (await building.http.post("auth/link", json=chosen)).status_code == 200
    carla = Phone(building.http)
    assert (await carla.sign_in("carla@example.org", password="three old trains")).status_code == 200
    assert await clerk.post("people/invite", email="carla@example.org", claims={"role": "writer"}) == "bad-request"
    assert (await clerk.post("people/reset", email="carla@example.org"))["kind"] == "reset"
    assert await building.world.sql("SELECT DISTINCT made_by FROM twinbase.link") == [("clerk@example.org",)]


async def test_who_is_cut_off_is_refused_at_once_and_may_come_back(building: Building) -> None:
    clerk, writer = await building.desk("clerk", role="clerk"), await building.desk("wanda", role="writer")
    assert await writer.phone.me() == 200
    assert await clerk.post("people/disable", email="wanda@example.org") == {"email": "wanda@example.org"}
    assert await writer.phone.me() == 403
    await clerk.post("people/enable", email="wanda@example.org")
    changed = await clerk.post("people/change", email="wanda@example.org", claims={"team": "n"}, name="Wanda")
    assert changed["claims"] == {"role": "writer", "team": "n"}
    changed = await clerk.post("people/change", email="wanda@example.org", drop=["team"])
    assert changed["claims"] == {"role": "writer"}
    for path in ("people/disable", "people/enable", "people/reset", "people/change"):
        assert await clerk.post(path, email="nobody@example.org") == "not-found", path


async def test_nobody_gives_more_than_they_have(building: Building) -> None:
    clerk, root = await building.desk("clerk", role="clerk"), await building.desk("root", role="root")
    await building.world.account("bea", role="boss")
    await building.world.account("lost", role="no such role")
    for role in ("root", "boss", "no such role", ["writer", "boss"], "", 7, None):
        for path, who in [("people/invite", "new@example.org"), ("people/change", "clerk@example.org")]:
            said = {"email": who, "claims": {"role": role}}
            assert await clerk.post(path, **said) == "not-permitted", (role, path)
    assert await clerk.post("people/invite", email="new@example.org") == "not-permitted", "no role at all"
    assert await clerk.post("people/change", email="clerk@example.org", drop=["role"]) == "not-permitted"
    assert await building.world.sql("SELECT claims->>'role' FROM twinbase.account WHERE email LIKE 'clerk%'") == [
        ("clerk",)
    ]
    for role in ("root", "boss", "no such role"):
        assert (await root.post("people/invite", email="new@example.org", claims={"role": role}))["kind"] == "invite"
    assert await clerk.post("people/invite", email="new@example.org", claims={"role": "writer"}) == "not-permitted", (
        "it would take the place of an invitation that gives more"
    )


async def test_nobody_touches_who_may_do_more(building: Building) -> None:
    clerk, root = await building.desk("clerk", role="clerk"), await building.desk("root", role="root")
    replica, session = root.phone.replica, root.phone.session
    email = {"email": "root@example.org"}
    refused = [
        await clerk.post("people/disable", **email), await clerk.post("people/reset", **email),
        await clerk.post("people/change", **email, name="x"), await clerk.post("devices/code", **email),
        *[await clerk.post(f"devices/{replica}/{what}") for what in ("revoke", "readmit", "wipe", "cancel-wipe")],
        await clerk.post(f"devices/{replica}/rename", name="x"), await clerk.post("sessions/end", session=session),
        await clerk.post("sessions/end", account="root@example.org"),
    ]  # fmt: skip
    assert refused == ["not-permitted"] * len(refused)
    assert await root.phone.me() == 200
    assert (await root.post(f"devices/{clerk.phone.replica}/rename", name="the clerk's"))[
        "device_name"
    ] == "the clerk's"


@pytest.mark.parametrize("role", ["writer", "boss", "doorman"])
async def test_without_the_permission_there_is_no_office(building: Building, role: str) -> None:
    somebody = await building.desk("somebody", role=role)
    assert await somebody.get("people") == "not-permitted"
    assert await somebody.get("salvaged") == "not-permitted"
    assert (await somebody.get("devices") == "not-permitted") is (role != "doorman")
    assert await somebody.post("people/invite", email="x@example.org", claims={"role": role}) == "not-permitted"


async def test_where_nobody_declares_roles_nobody_is_the_office(database_url: str, tmp_path: Path) -> None:
    async with World.open(database_url, Plugins(accounts), tmp_path) as world:
        transport = httpx2.ASGITransport(app=world.application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://world.example/api/v1/") as http:
            somebody = await Building(world, http).desk("somebody")
            for path in ("people", "devices", "sessions", "salvaged"):
                assert await somebody.get(path) == "not-permitted"


async def test_a_code_enrols_a_phone_which_is_renamed_cut_off_and_let_in(building: Building) -> None:
    clerk = await building.desk("clerk", role="clerk")
    await building.world.account("wanda", role="writer")
    made = await clerk.post("devices/code", email="wanda@example.org")
    offer = read_enrolment_uri(made["uri"])
    assert offer.server == "https://twins.example" and made["picture"].startswith("<svg")
    phone = Phone(building.http)
    assert (await phone.enroll(made["code"])).status_code == 200
    (device,) = await clerk.get("devices?account=wanda@example.org")
    assert (device["id"], device["state"], device["device_name"]) == (str(phone.replica), "admitted", "tablet")
    assert (await clerk.post(f"devices/{phone.replica}/revoke"))["state"] == "revoked"
    assert await phone.me() == 403
    assert (await clerk.post(f"devices/{phone.replica}/readmit"))["state"] == "admitted"
    assert (await clerk.post(f"devices/{phone.replica}/wipe"))["state"] == "to be wiped"
    assert (await clerk.post(f"devices/{phone.replica}/cancel-wipe"))["state"] == "admitted"
    assert await clerk.post(f"devices/{phone.replica}/cancel-wipe") == "bad-request"
    assert await clerk.post(f"devices/{uuid4()}/revoke") == "not-found"
    assert await clerk.post("devices/code", email="nobody@example.org") == "not-found"


async def test_sessions_of_everybody_are_listed_and_ended(building: Building) -> None:
    clerk, writer = await building.desk("clerk", role="clerk"), await building.desk("wanda", role="writer")
    again = await building.come("wanda")
    listed = await clerk.get("sessions?account=wanda@example.org")
    assert {one["session"] for one in listed} == {writer.phone.session, again.phone.session}
    assert await clerk.post("sessions/end", session=writer.phone.session) == {"ended": 1}
    assert (await writer.phone.me(), await again.phone.me()) == (401, 200)
    assert await clerk.post("sessions/end", account="wanda@example.org") == {"ended": 1}
    assert await again.phone.me() == 401
    ended = await clerk.get("sessions?account=wanda@example.org&ended=true")
    assert {one["ended_why"] for one in ended} == {"The office ended it."}
    assert await clerk.post("sessions/end") == "bad-request"
    assert await clerk.post("sessions/end", session=str(uuid4())) == "not-found"


async def test_what_a_wiped_phone_had_is_decided(building: Building) -> None:
    clerk = await building.desk("clerk", role="clerk")
    device = await building.world.device("wanda", claims={"role": "writer"})
    await device.sync()
    for text in ("first", "second"):
        await device.save(OfficeNote(text=text))
    (listed,) = await clerk.get("devices?account=wanda@example.org")
    await clerk.post(f"devices/{listed['id']}/wipe")
    with pytest.raises(Exception, match=r"wiped|destroyed"):
        await device.sync()
    first, second = await clerk.get("salvaged")
    assert first["mutation"]["new"]["text"] == "first"
    accepted = await clerk.post(f"salvaged/{first['id']}/accept")
    assert [one["status"] for one in accepted] == ["applied"], accepted
    assert await clerk.post(f"salvaged/{second['id']}/discard") == {"discarded": 1}
    assert await building.world.sql("SELECT text FROM office.office_notes") == [("first",)]
    assert await clerk.get("salvaged") == []
    decided = await clerk.get("salvaged?decided=true")
    assert {one["decided_by"] for one in decided} == {"clerk@example.org"}
    for what in ("accept", "discard"):
        assert await clerk.post(f"salvaged/{first['id']}/{what}") == "not-found"
