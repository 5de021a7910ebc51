"""A device that keeps its session, as thin as can be: it holds its key and a token, and sends what a test says."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.server.depot import PASSWORD, Device

from twinbase.protocol import refresh_proof


@dataclass
class Phone(Device):
    """`key`: None for a device that has none. `refresh_token`: what it would show next."""

    key: Ed25519PrivateKey | None = field(default_factory=Ed25519PrivateKey.generate)
    refresh_token: str = ""
    session: str = ""

    async def sign_in(self, email: str = "anna@depot", **said: Any) -> httpx2.Response:
        body = {"email": email, "password": PASSWORD, "replica": str(self.replica), "device_name": "tablet", **said}
        if self.key is not None:
            body["device_key"] = _text(self.key.public_key().public_bytes_raw())
        return self.take(await self._post("auth/login", body))

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

    async def me(self) -> int:
        """The status of a request with the access token."""
        return (await self.http.get("auth/me", headers=self.headers())).status_code

    def _prove(self, token: str, rotation: str, replica: UUID) -> str:
        return "" if self.key is None else _text(self.key.sign(refresh_proof(token, rotation, replica)))

    async def _post(self, path: str, body: Any) -> httpx2.Response:
        return await self.http.post(path, json=body, headers={"Twinbase-Protocol": "1"})


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
