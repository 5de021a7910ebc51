"""`twinbase account`: what `twinbase user` was called when it could add only."""

from twinbase_server.cli.groups import make_command_group
from twinbase_server.cli.user import add

command = make_command_group("The former name of `twinbase user`.")
command.command("add")(add)
