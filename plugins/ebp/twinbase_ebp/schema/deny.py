"""What is never read from EBP: passwords, keys, bank details, what things cost.

It is decided where the schema is read, so that such a column is in no spec: nothing that comes after can copy it, show
it or name it. Settings add to the list, and nothing takes away from it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from twinbase_ebp.schema.spec import ColumnSpec

EXACT = frozenset(
    {
        "colleague.cifnif",
        "colleague.hourlycostprice",
        "customer.xx_login_ticket",
        "customer.xx_mdp_ticket",
        "customerproduct.xx_cles_pc",
        "ebpsysuser.userpassword",
    }
)
"""Verified in installations: table.column, in lower case."""

# Names are read as words: `xx_Cles_PC` is "xx cles pc". A phrase counts wherever its words stand side by side.
SECRET = """
    password | passwd | pwd | mdp | mot de passe | motdepasse | passphrase | pass phrase | pin | login
    secret | secrets | token | tokens | credential | credentials | cle | cles | clef | clefs
    api key | private key | product key | license key | licence key | access key | machine key | activation code
    iban | bic | rib | swift | bancaire | account detail | account holder | account number | bank account number
    bank identifier | card number | mandate identification | sepa creditor
    go card less mandate id | go card less third id | go card less payment id
    cif | nif | ssn | social security | securite sociale
"""
# Only where the column holds an amount: a switch such as `IncludeInCosts` gives nothing away.
COSTS = """
    cost | costs | pump | purchase price | purchase prices | purchase amount | stock value
    prix achat | prix d achat | prix revient | prix de revient
"""
# However it is run together.
ANYWHERE = ("password", "passwd", "motdepasse", "passphrase", "apikey", "privatekey", "secretkey")
COSTS_ANYWHERE = ("costprice", "costamount", "purchaseprice")
AMOUNTS = ("decimal", "float")
"""The canonical types of an amount."""
NO_BLOBS = frozenset({"ebpsysoptions"})
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


class DenyList:
    """Answers whether a column may be read. `more`: patterns of the settings, `Table.Column` with `*` in either.

    `Column` alone means every table, `Table.*` the whole table. Upper and lower case are the same.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = [pattern.lower() if "." in pattern else f"*.{pattern.lower()}" for pattern in more]

    def denies(self, table: str, column: str, *, amount: bool = False, blob: bool = False) -> bool:
        """`amount`: the column is a decimal or a float; `blob`: it is binary."""
        name = f"{table}.{column}".lower()
        return (
            name in EXACT
            or (blob and table.lower() in NO_BLOBS)
            or _says(column, _SECRET, ANYWHERE)
            or (amount and _says(column, _COSTS, COSTS_ANYWHERE))
            or any(fnmatchcase(name, pattern) for pattern in self._more)
        )

    def denies_column(self, table: str, column: ColumnSpec) -> bool:
        """Whether a column that was once read may not be read any more."""
        return self.denies(table, column.name, amount=column.type.startswith(AMOUNTS))


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(f" {' '.join(phrase.split())} " for phrase in text.replace("\n", "|").split("|") if phrase.strip())


def _says(column: str, phrases: Sequence[str], anywhere: Sequence[str]) -> bool:
    plain = _plain(column)
    words = f" {' '.join(_WORD.findall(plain)).lower()} "
    run_together = plain.lower().replace("_", "")
    return any(phrase in words for phrase in phrases) or any(part in run_together for part in anywhere)


def _plain(name: str) -> str:
    """Without accents: `xx_Clé` is written `xx_Cle` elsewhere."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))


_SECRET = _phrases(SECRET)
_COSTS = _phrases(COSTS)
