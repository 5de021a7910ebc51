"""Where PostgreSQL is, as people write it: read in one place, so that every command and driver finds the same one.

What is read is what libpq reads (`postgresql://user:password@host:port/database?sslmode=require`, several hosts, the
path of a socket), and the spelling of SQLAlchemy (`postgresql+asyncpg://…`). What comes out is understood by asyncpg
and by libpq alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from twinbase.errors import TwinbaseError

SCHEMES = ("postgresql", "postgres")
CONNECT_SECONDS = 60.0
PORT_MAX = 65_535
_PLAIN = ("disable", "prefer", "")
# What only makes a connection of libpq's more comfortable: asyncpg has no such thing, or does it always.
_NEEDLESS = frozenset(
    {
        "client_encoding", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval",
        "load_balance_hosts", "sslcompression", "sslsni", "tcp_user_timeout",
    }
)  # fmt: skip
# What somebody asks for to be safer. It cannot be kept, so it is not left out in silence.
_BEYOND = ("channel_binding", "gssencmode", "hostaddr", "require_auth", "requirepeer", "requiressl")
_SPELLINGS = {"ssl": "sslmode", "database": "dbname", "fallback_application_name": "application_name"}
_SQLALCHEMY_SSL = {"true": "require", "false": "disable"}


class WrongDatabaseUrl(TwinbaseError):
    """This is no address of a PostgreSQL. Write postgresql://user:password@host:port/database."""


@dataclass(frozen=True)
class DatabaseAddress:
    """A PostgreSQL, and who signs in there."""

    user: str
    password: str = field(repr=False)
    hosts: str
    database: str
    parameters: tuple[tuple[str, str], ...] = ()
    connect_seconds: float = CONNECT_SECONDS
    """How long a connection may take to come about (`connect_timeout`)."""

    @property
    def url(self) -> str:
        """For asyncpg, psycopg and libpq. It holds the password."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        who = f"{quote(self.user, safe='')}{secret}@" if self.user or secret else ""
        query = f"?{urlencode(self.parameters, quote_via=quote)}" if self.parameters else ""
        return f"postgresql://{who}{self.hosts}/{quote(self.database, safe='')}{query}"

    @property
    def where(self) -> str:
        """Its hosts, or the folder of its socket, for people."""
        return self.hosts or dict(self.parameters).get("host", "")

    def choose_database(self, name: str) -> "DatabaseAddress":
        """Another database on the same server."""
        return replace(self, database=name)


def read_address(written: str) -> DatabaseAddress:
    """What a URL says; raises WrongDatabaseUrl, with what is wrong and without the password."""
    scheme, colon, rest = written.strip().partition("://")
    if not colon or scheme.partition("+")[0] not in SCHEMES:
        raise WrongDatabaseUrl(f"This one does not begin so{_beginning(written)}.")
    try:
        parts = urlsplit(f"//{rest}", allow_fragments=False)
    except ValueError:
        raise WrongDatabaseUrl("Its host cannot be read.") from None
    # The last @ ends a password, as people write it; asyncpg would take the first.
    who, _, hosts = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    given = _parameters(parts.query)
    seconds = _seconds(given.pop("connect_timeout", ""))
    user = given.pop("user", "") or unquote(user)
    password = given.pop("password", "") or unquote(password)
    database = given.pop("dbname", "") or unquote(parts.path.removeprefix("/"))
    _check_ports(hosts)
    return DatabaseAddress(user, password, hosts, database, tuple(given.items()), seconds)


def _beginning(written: str) -> str:
    """So much of it as cannot be a password."""
    scheme, colon, _ = written.strip().partition("://")
    return f", but with {scheme[:20]}://" if colon and "@" not in scheme else ""


def _parameters(query: str) -> dict[str, str]:
    """As asyncpg is to read them. A + is a plus, as libpq has it."""
    given: dict[str, str] = {}
    for written, value in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True):
        name = _SPELLINGS.get(written, written)
        if name in _BEYOND and value not in _PLAIN:
            raise WrongDatabaseUrl(f"Twinbase cannot keep {name}={value}: take it out, and say sslmode=verify-full.")
        if name not in _NEEDLESS and name not in _BEYOND and (written == name or name not in given):
            given[name] = _SQLALCHEMY_SSL.get(value.lower(), value) if written == "ssl" else value
    return given


def _seconds(written: str) -> float:
    if not written:
        return CONNECT_SECONDS
    try:
        seconds = float(written)
    except ValueError:
        raise WrongDatabaseUrl(f"connect_timeout={written} is no number of seconds.") from None
    return seconds if seconds > 0 else CONNECT_SECONDS


def _check_ports(hosts: str) -> None:
    """Never says what stands there: of a password with a / in it, that is a part."""
    for host in hosts.split(","):
        _, colon, port = host.rpartition("]")[2].partition(":")
        if colon and port and not (port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
            raise WrongDatabaseUrl("After its host stands no port. In a password, write / as %2F, ? as %3F, # as %23.")


def describe_address(address: DatabaseAddress, environment: Mapping[str, str]) -> str:
    """Where it is, without the password; `environment` fills in what the URL leaves out, as it does for the drivers."""
    where = address.where or environment.get("PGHOST", "") or "this machine"
    database = address.database or environment.get("PGDATABASE", "") or "of the user's name"
    return f"database {database} on {unquote(where)}"
