"""A command that has commands of its own: called alone, it shows what there is."""

import typer


def make_command_group(
    description: str, *, cls: type[typer.core.TyperGroup] | None = None, completion: bool = False
) -> typer.Typer:
    """A typer.Typer to which commands are added. `completion`: options for a shell, which the outermost one has."""
    app = typer.Typer(cls=cls, add_completion=completion, help=description, pretty_exceptions_enable=False)

    def show_help(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    app.callback(invoke_without_command=True, help=description)(show_help)
    return app
