"""The server's process of a demo, on a machine where it does not come up in time."""

import pytest

from twinbase_demo.server import ApiServer, ServerFailed


async def test_a_server_that_does_not_answer_in_time_is_said_so() -> None:
    api = ApiServer("postgresql://127.0.0.1:1/nobody", seconds_max=0.2)
    with pytest.raises(ServerFailed, match=r"has not answered in 0\.2 seconds"):
        await api.start()
