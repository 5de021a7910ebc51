"""Names for the columns whose true name nobody asks for: readable, by type, never twice in a table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, product

BYTES_MAX = 63  # PostgreSQL cuts an identifier here, and EBP has names that arrive cut

_SUBJECTS = (
    "Sale", "Purchase", "Stock", "Delivery", "Invoicing", "Reminder", "Discount", "Ecotax", "Shipping", "Loyalty",
    "Deposit", "Settlement", "Contract", "Labour", "Packaging", "Analytic", "Intrastat", "Charge", "Commission",
    "Progress",
)  # fmt: skip
_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "numeric(38,8)": (
        ("", "Currency", "Real", "Net", "Total", "Previous", "Predicted", "Accomplished", "DetailVatAmount0_",
         "DetailVatAmount1_", "DetailVatAmount2_", "DetailVatAmount3_"),
        ("AmountVatExcluded", "AmountVatIncluded", "Rate", "Quantity", "BaseAmount", "UnitPrice", "CostPrice"),
    ),
    "boolean": (("Is", "Must", "Allow", "Use", "Has"), ("Locked", "Printed", "Transfered", "Managed", "Included")),
    "smallint": (("", "Default"), ("Type", "State", "Mode", "Calculation", "Origin", "Level")),
    "integer": (("", "Last"), ("Order", "Number", "DelayInDays", "Counter", "Version")),
    "double precision": (("",), ("Duration", "Ratio", "Factor")),
    "text": (("", "Localizable"), ("Description", "Comment", "Mention", "Program", "Options")),
    "varchar(60)": (("", "Origin", "Main"), ("Code", "Reference", "Caption", "Account", "Label", "Contact", "UnitId")),
    "uuid": (("", "Origin", "Last"), ("Id", "GroupId", "ReportId", "DocumentId", "LineId")),
    "timestamp": (("", "Last", "Next"), ("Date", "StartDate", "EndDate", "ChangeDate")),
    "bytea": (("",), ("Content", "Image", "Hash")),
}  # fmt: skip
_CUSTOM = (
    "Commentaire", "Origine", "Suivi", "Theme", "Projet", "Service", "Duree", "Controle", "Echeance", "Categorie",
    "Secteur", "Charge", "Priorite", "Marque", "Version", "Fournisseur", "Commercial", "Garantie", "Acces",
    "Relance", "Rapport",
)  # fmt: skip
_LONG = (
    "CurTaxFurnitAmountVatExcludedIncludedToDueAmountWithDiscount",
    "CurTaxFurnitAmountVatIncludedIncludedToDueAmountWithDiscount",
    "CurEcotaxFurnitureVatAmountExcludedIncludedToDueAmount",
)


def make_names(kinds: Sequence[str], taken: Iterable[str], *, custom: int, long: int) -> list[str]:
    """A name for each type: `long` numeric ones are cut at 63 bytes, `custom` others start with xx_."""
    used = set(taken)
    streams = {type_name: _fresh(_spelled(type_name), used) for type_name in set(kinds)}
    long_names = _fresh(_cut(), used)
    custom_names = _fresh(_custom(), used)
    names: list[str] = []
    for type_name in kinds:
        if long and type_name.startswith("numeric"):
            long, stream = long - 1, long_names
        elif custom:
            custom, stream = custom - 1, custom_names
        else:
            stream = streams[type_name]
        names.append(next(stream))
    return names


def _fresh(names: Iterator[str], used: set[str]) -> Iterator[str]:
    for name in names:
        if name not in used:
            used.add(name)
            yield name


def _spelled(type_name: str) -> Iterator[str]:
    prefixes, nouns = _WORDS[type_name]
    for number in count():
        for subject, prefix, noun in product(_SUBJECTS, prefixes, nouns):
            yield f"{prefix}{subject}{noun}{number or ''}"


def _custom() -> Iterator[str]:
    for number in count():
        yield from (f"xx_{word}{number or ''}" for word in _CUSTOM)


def _cut() -> Iterator[str]:
    for number in count():
        yield from (f"DetailVatAmount{number}_{ending}"[:BYTES_MAX] for ending in _LONG)
