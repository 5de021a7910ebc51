"""How long whoever typed something wrong waits before the next try. No I/O here.

A stranger who tries many passwords of one person shall not get far, and shall not keep that person out either. So
failures are counted apart: for an account from one address, for an address whatever it tries, and for an account from
everywhere, where a wait is never long. A device that is the account's already waits for what was typed on it alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from twinbase_server.accounts import normalise_email

NETWORK_BITS = 64
"""Whoever has one IPv6 address has all of its network."""


@dataclass(frozen=True, slots=True)
class Delay:
    """So many failures are free; then the wait doubles from a second on, up to the longest."""

    free: int
    longest: timedelta

    def find_wait(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        beyond = failures - self.free
        return min(timedelta(seconds=2 ** min(beyond - 1, 30)), self.longest) if beyond > 0 else timedelta()


DELAYS = {
    "device": Delay(3, timedelta(minutes=15)),
    "account": Delay(3, timedelta(minutes=15)),
    "address": Delay(30, timedelta(minutes=15)),
    "everywhere": Delay(30, timedelta(seconds=30)),
    # Of all codes together. A second, for whoever makes others wait so long must guess on and on.
    "codes": Delay(100, timedelta(seconds=1)),
}


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """Somebody tries: with which e-mail, from which address, on which device; is the device the account's already?"""

    email: str
    address: str
    replica: UUID
    is_known: bool

    def list_counts(self) -> Iterator[tuple[str, bytes]]:
        """What is counted, and under which name. Names are hashed: the table tells nobody who tried."""
        email = normalise_email(self.email)
        if self.is_known:
            yield "device", _hash(email, str(self.replica))
            return
        network = find_network(self.address)
        yield "account", _hash(email, network)
        yield "address", _hash(network)
        yield "everywhere", _hash(email)


@dataclass(frozen=True, slots=True)
class EnrolmentAttempt:
    """Somebody shows a code from this address. Whose it is, nobody knows before it was found right."""

    address: str

    def list_counts(self) -> Iterator[tuple[str, bytes]]:
        """What is counted, and under which name."""
        yield "address", _hash(find_network(self.address))
        yield "codes", _hash("")


@dataclass(frozen=True, slots=True)
class LinkAttempt:
    """Somebody shows the secret of a link: nobody can guess one, but each try is work for the server."""

    address: str

    def list_counts(self) -> Iterator[tuple[str, bytes]]:
        """It counts for the address, as a wrong password does."""
        yield "address", _hash(find_network(self.address))


def find_network(address: str) -> str:
    """An address, or of IPv6 the network that it is in; what is neither stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(found) >> NETWORK_BITS << NETWORK_BITS))
    return str(found)


def _hash(*names: str) -> bytes:
    return sha256("\0".join(names).encode("utf-8", "surrogatepass")).digest()[:16]
