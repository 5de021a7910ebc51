"""One mail is handed over, or it is said why not."""

import ssl
from asyncio import WriteTransport
from email.message import EmailMessage

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from twinbase.errors import TwinbaseError
from twinbase_server.mail.address import MailServer

SECONDS_MAX = 20.0


class _MailCall(SMTP):
    """A call that is over when it is closed: a closing handshake of TLS would outlive the loop of a command."""

    def close(self) -> None:
        if isinstance(self.transport, WriteTransport):
            self.transport.abort()
        super().close()


class MailFailed(TwinbaseError):
    """The mail could not be handed over to the mail server."""


async def send_mail(server: MailServer, message: EmailMessage) -> None:
    """Hand it over. Raises MailFailed when the server cannot be reached, is not who it says, or does not take it.

    Without a certificate that this machine trusts nothing is sent, unless the address says that nothing is protected.
    """
    try:
        async with _make_call(server) as call:
            await call.send_message(message)
    except SMTPResponseException as error:
        raise MailFailed(f"It says {error.code} {_first_line(error.message)}") from error
    except (SMTPException, OSError, ValueError) as error:
        raise MailFailed(f"({server.host}:{server.port}) {_first_line(str(error) or type(error).__name__)}") from error


def _make_call(server: MailServer) -> SMTP:
    return _MailCall(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        use_tls=server.protection == "tls",
        start_tls=server.protection == "starttls",
        tls_context=ssl.create_default_context() if server.protection != "none" else None,
        timeout=SECONDS_MAX,
    )


def _first_line(text: str) -> str:
    return next(iter(text.splitlines()), "")[:200]
