"""`python -m twinbase_server.bench`, where the console script is not at hand."""

import typer

from twinbase_server.bench.command import command

if __name__ == "__main__":
    typer.run(command)
