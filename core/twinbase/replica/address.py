"""The address of a server, as somebody wrote it: what is wrong with it, and which server it names.

A wrong one is found when the replica is opened. Found at the first sync it would look like a network that is down.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from twinbase.errors import WrongAddress

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is. Two addresses name the same server when they are equal but for http and https."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The one way to write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def server(self) -> tuple[str, int, str]:
        """What it has in common with every other way to write it; http's own port and https' are one."""
        return self.host, 0 if self.port == PORTS[self.scheme] else self.port, self.path

    @property
    def is_this_machine(self) -> bool:
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_address(text: str, *, plain_http: bool = True) -> Address:
    """The address; raises WrongAddress, which says what to write instead. `plain_http`: also beyond this machine."""
    address = _read(text.strip())
    if address.scheme == "http" and not plain_http and not address.is_this_machine:
        raise WrongAddress(
            f"Over http:// everybody between this device and {address.host} can read and change what travels. "
            "Use https://; or, on a line that is protected otherwise, say so: plain_http=True (or --plain-http)."
        )
    return address


def is_same_server(one: str, other: str) -> bool:
    """Whether two addresses name the same server. One that no longer counts as an address is compared as it stands."""
    try:
        return read_address(one).server == read_address(other).server
    except WrongAddress:
        return one == other


def _read(text: str) -> Address:
    """Nothing of a wrong address is shown: there may be a password in it."""
    if not text:
        raise WrongAddress("It is empty. Write https://, the host and the path that the server has there, if any.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise WrongAddress("Its host or port is none; a port is a number from 1 to 65535.") from error
    if parts.username is not None or parts.password is not None:
        raise WrongAddress("It holds a user name or a password. Leave them out: people sign in with `sign_in()`.")
    if parts.scheme not in PORTS or not parts.hostname:
        raise WrongAddress("It does not begin with https:// and a host.")
    if parts.query or parts.fragment:
        raise WrongAddress("It goes on after the path. Leave out what follows `?` or `#`.")
    if port == 0:
        raise WrongAddress("Its port is 0; a port is a number from 1 to 65535.")
    return Address(parts.scheme, _host(parts.hostname), port or PORTS[parts.scheme], parts.path.rstrip("/"))


def _host(name: str) -> str:
    """A name of other letters than ASCII's in the form that travels; without the dot of a name that is complete."""
    host = name.rstrip(".").lower()
    if not host or any(letter.isspace() for letter in host):
        raise WrongAddress("Its host is none.")
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise WrongAddress("Its host is none.") from error
