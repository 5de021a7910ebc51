"""`twinbase ninjaone`: who is whom, and what people decide. Each group of commands is a module of its own."""

from twinbase_ninjaone.commands.hook import remove_hook, set_hook
from twinbase_ninjaone.commands.links import confirm, link, list_links
from twinbase_ninjaone.commands.links import reject as reject_link
from twinbase_ninjaone.commands.proposals import approve, list_proposals, mark_done, reject
from twinbase_ninjaone.commands.status import show_status
from twinbase_server.extension import make_command_group

command = make_command_group("NinjaOne: who is whom there and here, and what a person decides.")
command.command("status")(show_status)
command.command("links")(list_links)

link_command = make_command_group("Decide about a link.")
link_command.command()(confirm)
link_command.command("reject")(reject_link)
link_command.command("set")(link)
command.add_typer(link_command, name="link")

command.command("proposals")(list_proposals)
command.command()(approve)
command.command()(reject)
command.command("done")(mark_done)

hook_command = make_command_group("Be told by NinjaOne when something has happened.")
hook_command.command("set")(set_hook)
hook_command.command("remove")(remove_hook)
command.add_typer(hook_command, name="hook")
