"""`twinbase vending badge`: give somebody a badge."""

from typing import Annotated

import typer
from sqlalchemy import text

from twinbase.plugins import Plugins
from twinbase_server.extension import AsJson, DatabaseUrl, answer, make_command_group, open_engine, run_command
from vending.badges import hashed

command = make_command_group("Vending machines.")
_GIVE = """
INSERT INTO vending.badges (number, driver, code_hash, lost) VALUES (:number, :driver, :hash, false)
ON CONFLICT (number) DO UPDATE SET driver = excluded.driver, code_hash = excluded.code_hash, lost = false
"""


@command.command()
def badge(
    number: Annotated[str, typer.Argument(help="The number that is printed on the badge.")],
    driver: Annotated[str, typer.Argument(help="Whose it is.")],
    code: Annotated[
        str,
        typer.Option(envvar="VENDING_CODE", prompt=True, confirmation_prompt=True, hide_input=True, help="Its code."),
    ] = "",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Give a driver a badge, or a badge another code."""

    async def give(url: str, _: Plugins) -> None:
        async with open_engine(url) as made, made.begin() as connection:
            await connection.execute(text(_GIVE), {"number": number, "driver": driver, "hash": hashed(code)})

    run_command(database_url, "vending", give)
    said = {"number": number, "driver": driver}
    answer(said, as_json=as_json, show=lambda console: console.print(f"Badge {number} is {driver}'s."))
