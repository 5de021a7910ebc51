"""What every answer needs of the application."""

from dataclasses import dataclass

from twinbase_server.feed.cursor import TokenSigner
from twinbase_server.metrics import Metrics
from twinbase_server.settings import Settings


class Flush(bytes):
    """No bytes; among the lines of an answer it asks that those before it leave at once."""


FLUSH = Flush()


@dataclass(frozen=True)
class AnswerContext:
    """What every answer needs of the application."""

    settings: Settings
    signer: TokenSigner
    metrics: Metrics
