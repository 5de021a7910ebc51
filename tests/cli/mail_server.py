"""A mail server of a package, on this machine: it keeps what it is handed, or refuses it."""

import email
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "twinbase@example.com", "p@ss/word:1"


class MailBox:
    """What was handed over. `refuses`: the answer in place of taking it."""

    def __init__(self, refuses: str = "") -> None:
        self.letters: list[EmailMessage] = []
        self.were_protected: list[bool] = []
        self._refuses = refuses

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


@contextmanager
def listening(box: MailBox, **options: Any) -> Iterator[int]:
    """The port on which it listens, for the time of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
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
