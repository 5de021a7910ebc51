"""What the package for desktops starts: `twinbase app`, with its options."""

import typer

from twinbase_kivy.command import command

if __name__ == "__main__":
    typer.run(command)
