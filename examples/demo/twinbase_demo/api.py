"""The server's process: `twinbase serve`, which ends with the process that started it, however that one went."""

import os
import signal
import sys
import threading

from twinbase_demo.company import PLUGINS
from twinbase_server.cli.serve import command


def main() -> None:
    """Serve on the port that the command line names, until stdin closes."""
    threading.Thread(target=_watch, daemon=True).start()
    command(plugins=",".join(PLUGINS), port=int(sys.argv[1]), log_level="critical", database_url=sys.argv[2])


def _watch() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
