"""Of which kind a table is: how its changes will be found. The first rule that holds decides; settings come before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from twinbase_ebp.schema.spec import TableKind, TableSpec

WATERMARK = "sysModifiedDate"
_FILES = "AssociatedFiles"
_EXTENSION = "Ex"
_LINE = "Line"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say: `kinds` by table, and the tables of EBP's own system that are wanted."""

    kinds: Mapping[str, TableKind] = field(default_factory=dict)
    system_tables: Collection[str] = ()


def classify(specs: list[TableSpec], rules: Rules) -> list[TableSpec]:
    """The same tables, each with its kind, its watermark and its parent."""
    by_name = {spec.name: spec for spec in specs}
    return [_classified(_with_parent(spec, by_name), by_name, rules) for spec in specs]


def _classified(spec: TableSpec, by_name: Mapping[str, TableSpec], rules: Rules) -> TableSpec:
    if spec.kind == "unsupported":
        return spec
    spec = replace(spec, watermark=WATERMARK if _dated(spec) else None)
    wanted = rules.kinds.get(spec.name)
    if wanted is None:
        return replace(spec, kind=_kind(spec, by_name, rules))
    problem = _impossible(spec, wanted)
    return replace(spec, kind="unsupported" if problem else wanted, problem=problem)


def _kind(spec: TableSpec, by_name: Mapping[str, TableSpec], rules: Rules) -> TableKind:
    if spec.name.startswith("EbpSys") and spec.name not in rules.system_tables:
        return "system"
    if not spec.key:
        return "keyless"
    if spec.watermark:
        return "files" if spec.name.endswith(_FILES) else "watermark"
    if spec.parent and spec.name.endswith(_EXTENSION) and _dated(by_name[spec.parent]):
        return "child"
    return "hash"


def _impossible(spec: TableSpec, wanted: TableKind) -> str:
    """Why the settings ask for what this table cannot be, or nothing."""
    asked = f"The settings make {spec.name} a table of kind {wanted}"
    if wanted in ("watermark", "files") and not (spec.key and spec.watermark):
        return f"{asked}, but it has no key or no {WATERMARK}: take it out of TWINBASE_EBP_KINDS."
    if wanted == "child" and not (spec.key and spec.parent):
        return f"{asked}, but no table is its parent: take it out of TWINBASE_EBP_KINDS."
    if wanted == "hash" and not spec.key:
        return f"{asked}, but it has no key: make it keyless in TWINBASE_EBP_KINDS."
    return ""


def _with_parent(spec: TableSpec, by_name: Mapping[str, TableSpec]) -> TableSpec:
    """`SaleDocumentEx` extends SaleDocument row by row; lines and files point at the row that they belong to."""
    for ending, columns in ((_FILES, ("ParentId",)), (_LINE, ("DocumentId", "{parent}Id")), (_EXTENSION, spec.key)):
        parent = by_name.get(spec.name.removesuffix(ending)) if spec.name.endswith(ending) else None
        if parent is None or parent.kind == "unsupported" or len(parent.key) != 1:
            continue
        for pattern in columns:
            column = pattern.format(parent=parent.name)
            if _type(spec, column) is not None and _type(spec, column) == _type(parent, parent.key[0]):
                return replace(spec, parent=parent.name, parent_column=column)
    return spec


def _type(spec: TableSpec, column: str) -> str | None:
    return next((one.type for one in spec.columns if one.name == column), None)


def _dated(spec: TableSpec) -> bool:
    return _type(spec, WATERMARK) in ("timestamp", "timestamptz")
