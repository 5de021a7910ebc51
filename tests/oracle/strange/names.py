"""Names that mean something to somebody else: to SQL, to the engine, to a template."""

from random import Random

WORDS = (
    "x r t n o s v w c d e a was new old added removed changed renewed select order user group table index row rows"
    " value values key state seq tx op base at author twin shape expected held body applied tg_relid id name text c0"
    " json null true count sum position two_words Name KEY"
)
ODD = ('a"b', "it's", "p%c", "co:lon", "tab\tbed", "Ünï", "名前", "e\u0301", "q?", "$1", "{c}", "\\", "a.b", ";--")
NAMES = (*WORDS.split(), *ODD)


def draw_names(rng: Random, number: int) -> list[str]:
    """So many names that differ, even to SQLite, which takes large letters for small ones."""
    found: dict[str, str] = {}
    while len(found) < number:
        name = rng.choice(NAMES) if rng.random() < 0.85 else _long(rng)
        found.setdefault(name.lower(), name)
    return list(found.values())


def _long(rng: Random) -> str:
    """As long as PostgreSQL lets a name be."""
    return "".join(rng.choice("abcxyz_") for _ in range(63))
