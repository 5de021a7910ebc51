"""`twinbase ebp`: look at EBP's database, and at what is made of it. Each command is a module of its own."""

from twinbase_ebp.commands.check import check
from twinbase_ebp.commands.explain import explain
from twinbase_ebp.commands.load import load
from twinbase_ebp.commands.reflect import reflect
from twinbase_ebp.commands.repair import repair
from twinbase_ebp.commands.status import show_status
from twinbase_ebp.commands.tables import list_tables
from twinbase_ebp.commands.values import list_values
from twinbase_ebp.commands.verify import verify
from twinbase_server.extension import make_command_group

command = make_command_group("EBP: its tables, and what is made of them.")
command.command()(reflect)
command.command("tables")(list_tables)
command.command()(load)
command.command()(verify)
command.command()(repair)
command.command("status")(show_status)
command.command()(check)
command.command("values")(list_values)
command.command()(explain)
