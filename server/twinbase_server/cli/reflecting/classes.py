"""The files of a plugin over tables that exist: a class for each, a mirror for each, and a page of what is left out."""

import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlmodel import SQLModel

from twinbase_server.cli.reflecting.found import FoundColumn, FoundKey
from twinbase_server.cli.reflecting.judge import JudgedTable, JudgedTables, makes_own_key, why_hidden
from twinbase_server.cli.reflecting.python_types import POSTGRESQL, PYTHON, SQLALCHEMY, write_type

WIDTH = 120
# What the module imports, and what its annotations say: none of it may be hidden by a class or an attribute.
_IMPORTED = frozenset(
    {*SQLALCHEMY, *POSTGRESQL, *(name for names in PYTHON.values() for name in names), "Base", "Field", "SQLModel",
     "bool", "bytes", "float", "int", "list", "str"}
)  # fmt: skip
_TAKEN_CLASSES = _IMPORTED | {*dir(builtins)}
_TAKEN_ATTRIBUTES = _IMPORTED | {"registry", *dir(SQLModel)}
_CAST = r"(?:::[\w\". ]+(?:\(\d+(?:,\d+)?\))?(?:\[\])?)?"
_LITERAL = re.compile(rf"(-?\d+(?:\.\d+)?|true|false|'(?:[^']|'')*'){_CAST}", re.I)
_NOW = re.compile(r"now\(\)|current_(?:timestamp|date)|localtimestamp|clock_timestamp\(\)|gen_random_uuid\(\)", re.I)


def write_tables(module: str, tables: Iterable[JudgedTable]) -> str:
    """The module of the classes."""
    kept = list(tables)
    names = name_classes(kept)
    labels = {(table.found.schema, table.found.name) for table in kept}
    body = "\n\n\n".join("\n".join(_class(table, names[table.found.label], labels)) for table in kept)
    head = [
        f'"""The tables of {module}, as they were found in its database."""',
        "",
        *_imports(body),
        "",
        "",
        "class Base(SQLModel):",
        '    """Tables apart from those of other plugins."""',
        "",
        "    metadata = MetaData()",
        "    model_config = {\"protected_namespaces\": ()}",
    ]  # fmt: skip
    return "\n".join(head) + (f"\n\n\n{body}\n" if body else "\n")


def _imports(body: str) -> Iterator[str]:
    def used(names: Iterable[str]) -> list[str]:
        return [name for name in names if re.search(rf"\b{name}\b", body)]

    for module, names in PYTHON.items():
        if found := used(names):
            yield f"from {module} import {', '.join(found)}"
    yield ""
    imported = sorted({*used(SQLALCHEMY), "MetaData"}, key=_import_order)
    yield f"from sqlalchemy import (\n    {(',' + chr(10) + '    ').join(imported)},\n)"
    if found := used(POSTGRESQL):
        yield f"from sqlalchemy.dialects.postgresql import {', '.join(found)}"
    yield "from sqlmodel import Field, SQLModel"


def _import_order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: as formatters sort them."""
    return (0 if name.isupper() else 2 if name.islower() else 1), name


def name_classes(tables: Iterable[JudgedTable]) -> dict[str, str]:
    """A class for each table, by its label; no two alike, and none that hides what the module imports."""
    names: dict[str, str] = {}
    for table in tables:
        words = re.split(r"[\W_]+", table.name)
        name = "".join(word[:1].upper() + word[1:] for word in words if word) or "Table"
        name = name if name.isidentifier() and not keyword.iskeyword(name) else f"Table{name}"
        names[table.found.label] = _free(name, {*names.values(), *_TAKEN_CLASSES}, "Row")
    return names


def name_attributes(columns: Iterable[FoundColumn]) -> dict[str, str]:
    """An attribute for each column."""
    names: dict[str, str] = {}
    for column in columns:
        name = re.sub(r"\W", "_", column.name).strip("_") or "column"
        name = name if name[0].isalpha() else f"column_{name}"
        name = f"{name}_" if keyword.iskeyword(name) else name
        names[column.name] = _free(name, {*names.values(), *_TAKEN_ATTRIBUTES}, "_")
    return names


def _free(name: str, taken: Collection[str], ending: str) -> str:
    while name in taken:
        name += ending
    return name


def _class(table: JudgedTable, name: str, labels: Collection[tuple[str, str]]) -> Iterator[str]:
    attributes = name_attributes(table.columns)
    yield f"class {name}(Base, table=True):"
    if comment := " ".join(table.found.comment.replace("\\", "/").replace('"', "'").split()):
        yield f'    """{comment[:90]}"""'
        yield ""
    yield f"    __tablename__ = {table.found.name!r}"
    yield from _arguments(table, labels)
    for column in table.columns:
        yield from _wrap(
            f"    {attributes[column.name]}: {_annotation(table, column)} = Field(", _field(table, column), ")"
        )
    for column in table.hidden:
        yield f"    # {_one_line(column.name)} stays on the server: it {_one_line(why_hidden(column))}."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _arguments(table: JudgedTable, labels: Collection[tuple[str, str]]) -> Iterator[str]:
    carried = {column.name for column in table.columns}
    keys = [one for one in table.found.foreign_keys if one.target in labels and carried >= set(one.columns)]
    lines = [_foreign_key(key) for key in keys if not _has_dots(key)]
    options = {} if table.found.schema == "public" else {"schema": table.found.schema}
    if lines:
        yield "    __table_args__ = ("
        for parts in lines:
            yield from _wrap("        ForeignKeyConstraint(", parts, "),")
        yield f"        {options!r},"
        yield "    )"
    elif options:
        yield f"    __table_args__ = {options!r}"


def _has_dots(key: FoundKey) -> bool:
    """SQLAlchemy takes a dot in a name for the end of it; the database keeps its foreign key either way."""
    return any("." in name for name in (*key.target, *key.referred))


def _wrap(before: str, parts: Sequence[str], after: str) -> Iterator[str]:
    """On one line where it fits, else each part on its own."""
    line = f"{before}{', '.join(parts)}{after}"
    if len(line) <= WIDTH:
        yield line
        return
    indent = " " * (len(before) - len(before.lstrip()))
    yield before
    for part in parts:
        line = f"{indent}    {part},"
        yield line if len(line) <= WIDTH else f"{line}  # noqa: E501"
    yield f"{indent}{after}"


def _foreign_key(key: FoundKey) -> list[str]:
    """With what the database does: where a row goes, a device has to let those that hang on it go as well."""
    schema = "" if key.target[0] == "public" else f"{key.target[0]}."
    targets = [f"{schema}{key.target[1]}.{name}" for name in key.referred]
    return [repr(list(key.columns)), repr(targets), *(f"{name}={action!r}" for name, action in key.actions.items())]


def _annotation(table: JudgedTable, column: FoundColumn) -> str:
    written = write_type(column)
    assert written is not None
    return written.annotation if _must_be_given(table, column) else f"{written.annotation} | None"


def _must_be_given(table: JudgedTable, column: FoundColumn) -> bool:
    return not (column.nullable or column.default or column.counted or column.generated) or makes_own_key(table, column)


def _field(table: JudgedTable, column: FoundColumn) -> list[str]:
    written = write_type(column)
    assert written is not None
    arguments = [repr(column.name), written.source]
    if column.name in table.found.key:
        arguments.append("primary_key=True")
        if written.annotation == "int":
            arguments.append(f"autoincrement={column.counted}")
    else:
        arguments.append(f"nullable={column.nullable}")
        arguments += [f"server_default={default}"] if (default := _default(column)) else []
    given = ["default_factory=uuid4"] if makes_own_key(table, column) else []
    given = given or ([] if _must_be_given(table, column) else ["default=None"])
    return [*given, f"sa_column=Column({', '.join(arguments)})"]


def _default(column: FoundColumn) -> str:
    """What devices know too is written as it is; what only this database can compute is only said to be there."""
    if column.generated or column.counted:
        return "FetchedValue()"
    if literal := _LITERAL.fullmatch(column.default.strip()):
        escaped = literal[1].replace(":", chr(92) + ":")
        return f"text({escaped!r})"
    known = f"text({column.default!r})" if _NOW.fullmatch(column.default) else "FetchedValue()"
    return known if column.default else ""


def write_mirrors(module: str, verdict: JudgedTables) -> str:
    """The module of the mirrors."""
    names = name_classes(verdict.kept)
    imported = "\n".join(f"    {name}," for name in sorted(names.values()))
    lines = [line for table in verdict.kept for line in _mirror(table, names[table.found.label])]
    return "\n".join(
        [
            '"""Which way the tables go, whose rows they are, who may write what, and who wins: yours to change."""',
            "",
            "from collections.abc import Iterator",
            "",
            "from twinbase import Mirror",
            "",
            f"from {module}.tables import (\n{imported}\n)" if names else "",
            "",
            "",
            "def make_mirrors() -> Iterator[Mirror]:",
            '    """Every device gets every row: say with `scope=` whose they are."""',
            *(lines or ["    yield from ()"]),
            "",
        ]
    )  # fmt: skip


def _mirror(table: JudgedTable, name: str) -> Iterator[str]:
    options = ['direction="both"', 'conflict="merge_columns"']
    options += [f"name={table.name!r}"] if table.name != table.found.name else []
    if table.fixed:
        free = {column.name for column in table.columns} - set(table.fixed)
        yield f"    # {', '.join(map(_one_line, table.fixed))}: computed by the database."
        options += [f"insertable={_set(free)}", f"writable={_set(free - set(table.found.key))}"]
    if table.no_inserts:
        yield f"    # {_one_line(table.no_inserts)}."
        options.append('operations={"update", "delete"}')
    yield "\n".join(["    yield Mirror(", f"        {name},", *(f"        {option}," for option in options), "    )"])


def _set(names: Collection[str]) -> str:
    return (
        f"{{\n            {(',' + chr(10) + '            ').join(map(repr, sorted(names)))},\n        }}"
        if names
        else "()"
    )


def write_page(name: str, verdict: JudgedTables) -> str:
    """What is mirrored, what is not, and why, for people."""
    lines = [f"# The tables of {name}", "", f"{len(verdict.kept)} tables are mirrored.", ""]
    for table in verdict.kept:
        notes = [f"{one.name} stays on the server, as it {why_hidden(one)}" for one in table.hidden]
        notes += [table.no_inserts] if table.no_inserts else []
        notes += [f"called {table.name} on devices"] if table.name != table.found.name else []
        lines.append(f"- `{table.found.label}`" + (f": {'; '.join(notes)}" if notes else ""))
    if verdict.left:
        lines += ["", "## Not mirrored", ""]
        lines += [f"- `{label}`: {why}" for label, why in verdict.left.items()]
    return "\n".join([*lines, ""])
