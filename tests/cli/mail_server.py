"""A mail server of a package, on this machine: it keeps what it is handed, or refuses it."""

import asyncio
import email
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "twinbase@example.com", "p@ss/word:1"


class MailBox:
    """What was handed over. `refuses`: the answer in place of taking it. `is_let_go`: until it is set, the server says
    goodbye and does nothing more."""

    def __init__(self, refuses: str = "", is_let_go: threading.Event | None = None) -> None:
        self.letters: list[EmailMessage] = []
        self.were_protected: list[bool] = []
        self._refuses = refuses
        self._is_let_go = is_let_go

    async def handle_QUIT(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self._is_let_go is not None:
            server.transport.write(b"221 Bye\r\n")
            assert self._is_let_go.wait(60)
        return "221 Bye"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self._refuses:
            return self._refuses
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.were_protected.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


def _authenticate(server: Any, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right)


class _EndingCalls(Controller):
    """One that ends when its calls have: stopped before, it leaves the socket of a call open whose handshake has just
    failed."""

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(timeout=30)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        calls = list(self.loop._transports.values())  # type: ignore[attr-defined]  # Server.abort_clients from 3.13 on
        for call in calls:
            call.abort()
        while any(call.get_extra_info("socket").fileno() != -1 for call in calls):
            await asyncio.sleep(0)


@contextmanager
def listening(box: MailBox, **options: Any) -> Iterator[int]:
    """The port on which it listens, for the time of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = _EndingCalls(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def starttls(certificate: ssl.SSLContext) -> dict[str, Any]:
    """It takes nothing before STARTTLS and the right password."""
    return {
        "tls_context": certificate, "require_starttls": True, "auth_required": True, "authenticator": _authenticate,
    }  # fmt: skip
