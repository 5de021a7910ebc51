"""What every answer needs of the application."""

from dataclasses import dataclass

from twinbase_server.feed.cursor import TokenSigner
from twinbase_server.metrics import Metrics
from twinbase_server.settings import Settings


@dataclass(frozen=True)
class AnswerContext:
    """What every answer needs of the application."""

    settings: Settings
    signer: TokenSigner
    metrics: Metrics
