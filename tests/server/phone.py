"""A device that keeps its session, as thin as can be: it holds its key and a token, and sends what a test says."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.server.depot import PASSWORD, Device

from twinbase.protocol import refresh_proof, wipe_proof


@dataclass
class Phone(Device):
    """`key`: None for a device that has none. `refresh_token`: what it would show next."""

    key: Ed25519PrivateKey | None = field(default_factory=Ed25519PrivateKey.generate)
    refresh_token: str = ""
    session: str = ""

    async def sign_in(self, email: str = "anna@depot", **said: Any) -> httpx2.Response:
        body = {"email": email, "password": PASSWORD, "replica": str(self.replica), "device_name": "tablet", **said}
        body["device_key"] = self._shown_key()
        return self.take(await self._post("auth/login", body))

    async def enroll(self, code: str, *, of: str = "127.0.0.1") -> httpx2.Response:
        """Show a code, from an address."""
        body = {"code": code, "replica": str(self.replica), "device_name": "tablet", "device_key": self._shown_key()}
        transport = httpx2.ASGITransport(app=self.http._transport.app, client=(of, 4711))  # type: ignore[attr-defined]
        async with httpx2.AsyncClient(transport=transport, base_url=self.http.base_url) as http:
            return self.take(await http.post("auth/enroll", json=body, headers={"Twinbase-Protocol": "1"}))

    async def refresh(self, **said: Any) -> httpx2.Response:
        """Go on, and keep what is answered; `said` instead of what it would say."""
        return self.take(await self.ask(**said))

    async def ask(self, **said: Any) -> httpx2.Response:
        """The answer to a refresh, not kept: as when it is lost."""
        token = said.get("refresh_token", self.refresh_token)
        rotation, replica = said.get("rotation", uuid4().hex), said.get("replica", self.replica)
        proof = self._prove(token, rotation, replica)
        body = {"refresh_token": token, "rotation": rotation, "replica": str(replica), "proof": proof, **said}
        return await self._post("auth/refresh", {name: str(value) for name, value in body.items()})

    def take(self, answer: httpx2.Response) -> httpx2.Response:
        """Keep the tokens of an answer."""
        if answer.status_code == 200:
            given = answer.json()
            self.token, self.refresh_token, self.session = given["token"], given["refresh_token"], given["session"]
        return answer

    async def push(self, *mutations: dict[str, Any], n: int = 1, previous: str = "") -> httpx2.Response:
        """Send a batch."""
        return await self.http.post(
            "sync/mark-synced", json=batch(*mutations, n=n, previous=previous), headers=self.headers()
        )

    async def hand_over(self, ticket: str, *mutations: dict[str, Any], n: int = 1) -> httpx2.Response:
        """What is unsent, before it is wiped."""
        body = json.dumps(batch(*mutations, n=n)).encode()
        headers = {**self._of_wipe(ticket), "Content-Type": "application/json"}
        return await self.http.post("auth/wipe/unsent", content=body, headers=headers)

    async def say_wiped(self, ticket: str) -> httpx2.Response:
        return await self.http.post("auth/wipe/done", headers=self._of_wipe(ticket))

    def _of_wipe(self, ticket: str) -> dict[str, str]:
        proof = "" if self.key is None else _text(self.key.sign(wipe_proof(ticket)))
        return {"Authorization": f"Bearer {ticket}", "Twinbase-Proof": proof, "Twinbase-Protocol": "1"}

    async def me(self) -> int:
        """The status of a request with the access token."""
        return (await self.http.get("auth/me", headers=self.headers())).status_code

    def _shown_key(self) -> str:
        return "" if self.key is None else _text(self.key.public_key().public_bytes_raw())

    def _prove(self, token: str, rotation: str, replica: UUID) -> str:
        return "" if self.key is None else _text(self.key.sign(refresh_proof(token, rotation, replica)))

    async def _post(self, path: str, body: Any) -> httpx2.Response:
        return await self.http.post(path, json=body, headers={"Twinbase-Protocol": "1"})


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def batch(*mutations: dict[str, Any], n: int = 1, previous: str = "") -> dict[str, Any]:
    return {"n": n, "previous": previous, "offset_ms": 0, "mutations": list(mutations)}


def a_job(lead: UUID, title: str, *, tx: int = 1, id: UUID | None = None) -> dict[str, Any]:
    """A new job, as a device sends it."""
    key, at = str(id or uuid4()), "2030-05-01T11:00:00+00:00"
    new = {"id": key, "lead_id": str(lead), "title": title, "starts_at": "2030-05-01 12:00:00.000000"}
    return {
        "id": str(uuid4()),
        "tx": tx,
        "twin": "job",
        "op": "insert",
        "key": [key],
        "base": None,
        "old": {},
        "new": new,
        "at": at,
    }
