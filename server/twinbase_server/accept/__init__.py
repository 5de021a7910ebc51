"""Accept: a device's batch is authorised, checked, decided and written to PostgreSQL, exactly once."""

from twinbase_server.accept.accept import accept_push

__all__ = ["accept_push"]
