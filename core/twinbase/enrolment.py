"""What the office hands to a new device: a code to type, or a picture that holds the server's address and the code.

A code has eight of Crockford's letters, which nobody mistakes for another: O is read as 0, I and L as 1.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from twinbase.errors import WrongCode

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 8
SCHEME, HOST = "twinbase", "enroll"
URI_LETTERS_MAX = 2_000
_MISTAKEN = str.maketrans("OIL", "011")
# A keyboard on a phone makes dashes of its own of the one that is typed.
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_CERTIFICATE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class EnrolmentOffer:
    """Where a device may enrol, by which code and until when.

    `certificate`: the SHA-256 of the server's certificate, in hexadecimal, where it is a private one.
    """

    server: str
    code: str = field(repr=False)
    until: datetime
    certificate: str = ""

    def describe_joining(self) -> str:
        """What is read before one agrees to it."""
        secured = "" if self.server.startswith("https://") else ", over a line that anybody can read"
        known = f", by its own certificate {self.certificate[:16]}…" if self.certificate else ""
        return f"This device will join {self.server}{secured}{known}. The code can be used until {self.until:%H:%M %Z}."

    def make_uri(self) -> str:
        """What the picture holds."""
        until = self.until.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        said = {"server": self.server, "code": show_code(self.code), "until": until}
        return f"{SCHEME}://{HOST}?{urlencode(said | ({'cert': self.certificate} if self.certificate else {}))}"


def read_code(text: str) -> str:
    """The code as it is kept, however it was typed; raises WrongCode for what cannot be one."""
    code = _BETWEEN.sub("", text).upper().translate(_MISTAKEN)
    if len(code) != CODE_LETTERS or any(letter not in LETTERS for letter in code):
        raise WrongCode(f"A code has {CODE_LETTERS} letters and digits, such as 7K3M-Q9TD, and no U.")
    return code


def show_code(code: str) -> str:
    """As people read and type it, in two halves."""
    return f"{code[: CODE_LETTERS // 2]}-{code[CODE_LETTERS // 2 :]}"


def read_enrolment_uri(text: str) -> EnrolmentOffer:
    """What a picture holds; raises WrongCode, which says why, for one that is not of Twinbase."""
    if len(text) > URI_LETTERS_MAX:
        raise WrongCode("What was scanned is much longer than an address and a code.")
    try:
        parts = urlsplit(text.strip())
        said = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
    except ValueError as error:
        raise WrongCode("What was scanned is no address of Twinbase.") from error
    if (parts.scheme, parts.netloc) != (SCHEME, HOST) or parts.path not in ("", "/"):
        raise WrongCode("What was scanned is of something else: an enrolment begins with twinbase://enroll.")
    return EnrolmentOffer(
        _read_server(said.get("server", "")),
        read_code(said.get("code", "")),
        _read_moment(said.get("until", "")),
        _read_certificate(said.get("cert", "")),
    )


def _read_server(text: str) -> str:
    """Nothing of a wrong address is shown: there may be a password in it."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or "@" in parts.netloc or parts.query or parts.fragment:
        raise WrongCode("It names no server: an address begins with https:// and a host.")
    return text.rstrip("/")


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongCode("It does not say until when it can be used.") from error
    if moment.tzinfo is None:
        raise WrongCode("It says until when it can be used, and not in which time zone.")
    return moment


def _read_certificate(text: str) -> str:
    if text and not _CERTIFICATE.fullmatch(text):
        raise WrongCode("It names a certificate by something that is no SHA-256.")
    return text
