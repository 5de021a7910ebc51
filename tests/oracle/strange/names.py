"""Names that mean something to somebody else: to SQL, to the engine, to a template; and names that mean nothing."""

from collections.abc import Callable, Iterable
from random import Random

from twinbase.names import KEY_COLUMNS

WORDS = (
    "x r t n o s v w c d e a was new old added removed changed renewed excluded select order user group table index"
    " row rows value values key state seq tx op base at author twin hash xid deleted before version applied shape"
    " expected tg_relid relid rowid oid _rowid_ _h _ok _k0 _line _t _v _x _r _version _present held body quarantine"
    " public name Name NAME id text c0 c1 json null true count sum position twinbase_inside _twinbase_x"
).split()
ODD = (
    'a"b', "it's", "two words", "p%c", "co:lon", "tab\tbed", "Ünï", "名前", "e\u0301", "q?", "$1", "{c}", "\\", "a.b",
    ";--",
)  # fmt: skip
BYTES_MAX = 63
LETTERS = (
    (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x400, 0x460), (0x4E00, 0x4E40), (0x1F600, 0x1F640), (1, 0x20),
)  # fmt: skip
"""Where the letters of a name come from that nobody has thought of: marks that join, emoji, controls."""


class Names:
    """Names drawn one after the other. No two of them are one to SQLite, which takes large letters for small ones."""

    def __init__(self, rng: Random, taken: Iterable[str] = ()) -> None:
        self._rng = rng
        self._taken = {name.lower() for name in taken}

    def draw(self, is_allowed: Callable[[str], bool] = lambda _: True) -> str:
        """A name that is none of those before, and that the caller's rule lets pass."""
        while (name := _draw(self._rng)).lower() in self._taken or not is_allowed(name):
            pass
        self._taken.add(name.lower())
        return name

    def draw_other_case(self, name: str) -> str | None:
        """The same name to SQLite, and another one to PostgreSQL."""
        return next((other for other in (name.upper(), name.lower()) if other != name and _is_short(other)), None)


def _draw(rng: Random) -> str:
    chance = rng.random()
    if chance < 0.45:
        return rng.choice(WORDS)
    if chance < 0.55:
        return _in_any_case(rng, rng.choice(sorted(KEY_COLUMNS)))
    if chance < 0.7:
        return rng.choice(ODD)
    if chance < 0.8:
        return _cut("".join(rng.choice("abcxyz_é\"' ") for _ in range(BYTES_MAX)))
    return "".join(chr(rng.randrange(*rng.choice(LETTERS))) for _ in range(rng.randint(1, 9)))


def _cut(name: str) -> str:
    """As long as PostgreSQL lets a name be."""
    return name.encode()[:BYTES_MAX].decode(errors="ignore")


def _in_any_case(rng: Random, name: str) -> str:
    return rng.choice((name, name.upper(), name.title()))


def _is_short(name: str) -> bool:
    return len(name.encode()) <= BYTES_MAX
