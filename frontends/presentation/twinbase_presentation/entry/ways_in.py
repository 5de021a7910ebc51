"""What somebody types to sign in for the first time, and the ways in by it."""

import platform

from twinbase.enrolment import SCHEME, EnrolmentOffer
from twinbase_presentation.device.directories import DirectoryFinder
from twinbase_presentation.entry.lobby import Lobby


class WaysIn:
    """`fill` what is typed; then go in. What is missing is said, and nothing is asked of a server."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby, self.model = lobby, lobby.joining.sign_in
        self.device_name = platform.node()
        self.typed = {"server": lobby.joining.server, "email": lobby.joining.email, "password": "", "code": ""}
        self.finder = DirectoryFinder(lobby.runner, lobby.ways, lobby.timing, self.model.note_offer)
        self.finder.look(self._read_server())

    def fill(self, name: str, text: str) -> None:
        """Somebody has typed."""
        self.typed[name] = text
        if name == "server":
            self.finder.look(self._read_server())

    def find_offer(self) -> EnrolmentOffer | None:
        """What an address of an enrolment, pasted where the code goes, offers; None where none was."""
        text = self.typed["code"].strip()
        return self.model.read_offer(text) if text.lower().startswith(f"{SCHEME}:") else None

    async def join(self, offer: EnrolmentOffer) -> None:
        """By what a picture has offered."""
        await self._lobby.join(lambda: self.model.join(offer, device_name=self.device_name))

    async def join_by_code(self) -> None:
        """By the code that was typed."""
        server, code = self._read_server(), self.typed["code"]
        if self._has(server, code):
            await self._lobby.join(lambda: self.model.join_by_code(server, code, device_name=self.device_name))

    async def sign_in(self) -> None:
        """By e-mail and password."""
        server, email, password = self._read_server(), self.typed["email"].strip(), self.typed["password"]
        if self._has(server, email, password):
            await self._lobby.join(
                lambda: self.model.sign_in(server, email, password, device_name=self.device_name), email
            )

    async def sign_in_at_directory(self) -> None:
        """At the directory of the company, where the server that is typed has one."""
        server = self._read_server()
        await self._lobby.join(lambda: self.model.sign_in_at_directory(server, device_name=self.device_name))

    def _has(self, *texts: str) -> bool:
        if all(text.strip() for text in texts):
            return True
        self.model.blame(self._lobby.language.say("Fill in every field."))
        return False

    def _read_server(self) -> str:
        """As it is typed; who leaves out the scheme means https."""
        text = self.typed["server"].strip()
        return f"https://{text}" if text and "://" not in text else text
