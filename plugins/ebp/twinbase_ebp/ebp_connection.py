"""The connection to EBP's own database: it is read, and never written."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from twinbase.errors import TwinbaseError


class SourceMissing(TwinbaseError):
    """EBP's database is not known. Set TWINBASE_EBP_SOURCE_URL: mssql+pymssql://user:password@host/database."""


class SourceUnreachable(TwinbaseError):
    """EBP's database does not answer, or refuses the sign-in."""


def parse_source_url(written: str) -> URL:
    """The URL with its driver: `postgresql://` is read through psycopg, `mssql://` through pymssql."""
    if not written:
        raise SourceMissing()
    try:
        url = make_url(written)
    except ArgumentError as error:
        raise SourceMissing("TWINBASE_EBP_SOURCE_URL is no URL of a database.") from error
    drivers = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "mssql": "mssql+pymssql"}
    return url.set(drivername=drivers.get(url.drivername, url.drivername))


@contextmanager
def open_source(written: str) -> Iterator[Connection]:
    """A connection for reading: each statement for itself, so that nothing of ours stands in EBP's way."""
    url = parse_source_url(written)
    try:
        engine = create_engine(url, poolclass=NullPool)
        connection = engine.connect()
    except (DBAPIError, NoSuchModuleError, ModuleNotFoundError) as error:
        cause = getattr(error, "orig", None) or error
        shown = f"{url.drivername}://{url.host}{f':{url.port}' if url.port else ''}/{url.database}"
        raise SourceUnreachable(f"{shown} ({type(cause).__name__})") from error
    try:
        with connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        engine.dispose()
