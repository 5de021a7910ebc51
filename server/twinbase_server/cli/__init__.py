"""The command line `twinbase`. Each command is a module beside this one, or comes with another distribution."""

from twinbase_server.cli.run import main, run

__all__ = ["main", "run"]
