"""The store that the settings name."""

from twinbase.registry import Registry
from twinbase_server.settings import Settings
from twinbase_server.store.address import read_store_address
from twinbase_server.store.store import FileStore, open_store


def open_configured_store(settings: Settings) -> FileStore | None:
    """Where content is kept; None where nothing is set. Raises StoreFailed."""
    if not settings.files:
        return None
    return open_store(
        read_store_address(settings.files), settings.files_key_id, settings.files_secret.get_secret_value()
    )


def lacks_store(settings: Settings, registry: Registry) -> bool:
    """Whether twins have attachments, and there is nowhere to keep their content."""
    return not settings.files and any(twin.attachments for twin in registry)
