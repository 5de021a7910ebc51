"""An account's file, opened with its key: for the server that it belongs to, known by its own certificate if it has
one."""

from collections.abc import Awaitable, Callable

from twinbase import Plugins
from twinbase.clock import Clock, utc_now
from twinbase.replica import Replica, trust_certificate
from twinbase.replica.file.keys import Secret
from twinbase_presentation.device.accounts import DeviceAccount

OnWiped = Callable[[], Awaitable[None]]
OpenFile = Callable[[DeviceAccount, Secret, OnWiped], Awaitable[Replica]]
"""It runs in the loop of the runner. The last one is awaited before the office's wish destroys the file."""


def make_opener(plugins: Plugins, app: str = "", *, clock: Clock = utc_now) -> OpenFile:
    """How an app opens the files of its device. `app`: its version, for the office; `clock`: that of the device."""

    async def open_file(account: DeviceAccount, secret: Secret, on_wiped: OnWiped) -> Replica:
        tls = trust_certificate(account.certificate) if account.certificate else None
        return await Replica.open(
            account.file,
            secret,
            plugins=plugins,
            server=account.server,
            clock=clock,
            tls=tls,
            app=app,
            on_wipe=on_wiped,
        )

    return open_file
