"""What one server process holds, put together once, from the settings and from what the database says."""

from datetime import timedelta
from functools import partial

from twinbase.clock import Clock
from twinbase.plugins import Plugins
from twinbase_server.database.connection import Pool, connect
from twinbase_server.devices.wipe_ticket import WipeTickets
from twinbase_server.feed.context import AnswerContext
from twinbase_server.feed.cursor import TokenSigner
from twinbase_server.feed.news.watch import NewsWatch
from twinbase_server.feed.readiness import read_readiness
from twinbase_server.feed.reading import Reader
from twinbase_server.feed.schemas import Schemas
from twinbase_server.files.configured import open_configured_store
from twinbase_server.http.health import HealthWatch
from twinbase_server.http.lanes import Lanes, Readers
from twinbase_server.http.serving import Serving, tell_waiting
from twinbase_server.http.tokens import Tokens
from twinbase_server.keys.signing_key import KeyRing
from twinbase_server.keys.store import read_keys
from twinbase_server.keys.wrapping import read_wrapping_key
from twinbase_server.metrics import Metrics
from twinbase_server.sessions.refresh import SessionLife
from twinbase_server.sessions.refresh_token import RefreshTokens
from twinbase_server.settings import Settings


def _life_of(settings: Settings) -> SessionLife:
    whole = timedelta(days=settings.session_days_max) if settings.session_days_max else None
    return SessionLife(timedelta(days=settings.session_days), whole)


async def make_serving(settings: Settings, plugins: Plugins, pool: Pool, clock: Clock) -> Serving:
    """Everything put together once, over an open pool and a database that `init_database` has set up."""
    wrapping = read_wrapping_key(settings.wrapping_key_file)
    async with pool.acquire() as connection:
        keys = KeyRing(await read_keys(connection, wrapping), clock)
        readiness = await read_readiness(connection, plugins.registry)
    metrics = Metrics()
    registry = plugins.registry
    reader = Reader(registry, settings, readiness.captured)
    url = settings.database_url.get_secret_value()
    to_database = partial(connect, url, statement_cache_size=settings.statement_cache)
    tell_waiting({}, readiness.waiting)
    return Serving(
        settings=settings,
        plugins=plugins,
        pool=pool,
        wrapping=wrapping,
        keys=keys,
        tokens=Tokens(keys, timedelta(seconds=settings.token_seconds)),
        refresh_tokens=RefreshTokens(keys),
        wipe_tickets=WipeTickets(keys),
        session_life=_life_of(settings),
        context=AnswerContext(settings, TokenSigner(keys), metrics),
        schemas=Schemas(registry, readiness),
        reader=reader,
        readiness=readiness,
        clock=clock,
        lanes=Lanes(settings.pool_max, settings.pool_wait_seconds, settings.sign_ins_max),
        readers=Readers(settings.streams_max, settings.account_streams_max),
        news=NewsWatch(to_database, registry, reader.tables, settings, clock, metrics),
        health=HealthWatch(url),
        store=open_configured_store(settings),
    )
