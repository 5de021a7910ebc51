"""The mail that brings a link."""

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import urlsplit

from twinbase_server.links.link import OneTimeLink
from twinbase_server.links.words import WORDS, LinkLanguage
from twinbase_server.mail.send import MailFailed


def write_letter(link: OneTimeLink, address: str, sender: str, language: LinkLanguage, now: datetime) -> EmailMessage:
    """It names the server and the time in words, and holds the link once. Raises MailFailed for an account whose name
    is no address."""
    words, host = WORDS[language], urlsplit(address).netloc
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = _read_recipient(link)
    letter["Subject"] = words[f"{link.kind}_subject"].format(host=host)
    letter["Date"] = now
    letter["Message-ID"] = make_msgid(domain=urlsplit(address).hostname)
    # No answering machine answers, and no list keeps it.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(
        f"{words['hello']}{f' {link.name}' if link.name else ''},\n\n"
        f"{words[f'{link.kind}_text'].format(host=host)}\n\n{address}\n\n"
        f"{words['mail_end'].format(ends=f'{link.ends_at:%Y-%m-%d %H:%M} UTC')}\n"
    )
    return letter


def _read_recipient(link: OneTimeLink) -> Address:
    try:
        recipient = Address(link.name, addr_spec=link.account)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise MailFailed(f"{link.account!r} is no address that mail can be sent to.") from error
    if not recipient.domain or recipient.addr_spec != link.account:
        raise MailFailed(f"{link.account!r} is no address that mail can be sent to.")
    return recipient
