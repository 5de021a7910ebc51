"""`twinbase ninjaone`: who is whom, and what people decide. Each group of commands is a module of its own."""

from twinbase_ninjaone.commands.links import confirm, link, links, reject
from twinbase_server.extension import group

command = group("NinjaOne: who is whom there and here, and what a person decides.")
command.command()(links)

link_command = group("Decide about a link.")
link_command.command()(confirm)
link_command.command()(reject)
link_command.command("set")(link)
command.add_typer(link_command, name="link")
