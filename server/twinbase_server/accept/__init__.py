"""Accept: a device's batch is authorised, checked, decided and written to PostgreSQL, exactly once."""

from twinbase_server.accept.accept import accept_push
from twinbase_server.accept.limits import AcceptLimits

__all__ = ["AcceptLimits", "accept_push"]
