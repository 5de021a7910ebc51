"""Which passwords are taken, and how they are kept. Whatever sets one goes through `hash_password()`."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from threading import Lock
from typing import Literal, TypeAlias

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

from twinbase.errors import TwinbaseError

LETTERS_MIN = 12
BYTES_MAX = 1000
"""More than a sentence, and no work for the server."""
GUESSES_MIN = 10**8
"""zxcvbn's score 3: enough against whoever has stolen the table, since each guess costs him a hash by argon2."""
LETTERS_JUDGED = 72
"""To judge the beginning takes 50 ms at most; of more letters it grows with their square."""
# What people here think of first, beside the lists that the library has, which are of English.
_WORDS = ("twinbase", "motdepasse", "azertyuiop", "bienvenue", "bonjour", "entreprise", "administrateur", "technicien")
PasswordFault: TypeAlias = Literal["short", "long", "unreadable", "known"]
SENTENCES: dict[PasswordFault, str] = {
    "short": f"It has fewer than {LETTERS_MIN} letters. Take several words, with spaces if you like.",
    "long": f"It is longer than {BYTES_MAX} bytes.",
    "unreadable": "It holds half a letter, which no keyboard types.",
    "known": "It is guessed quickly: from lists of known passwords, or from who you are. "
    "Take several words that do not belong together.",
}
_judging = Lock()


class UnfitPassword(TwinbaseError):
    """This password is not taken."""

    def __init__(self, fault: PasswordFault) -> None:
        self.fault: PasswordFault = fault
        super().__init__(SENTENCES[fault])


def hash_password(password: str, *, of: str) -> str:
    """The password of this account as it is kept; raises UnfitPassword, which says to a person what is wrong with it.

    It takes a processor for as long as guessing should: call it in a thread, and without a connection.
    """
    fault = judge_password(password, of=of)
    if fault is not None:
        raise UnfitPassword(fault)
    return _hasher().hash(password)


def judge_password(password: str, *, of: str) -> PasswordFault | None:
    """What is wrong with a password for this account, if anything is."""
    try:
        count = len(password.encode())
    except UnicodeEncodeError:
        return "unreadable"
    if count > BYTES_MAX:
        return "long"
    if len(password) < LETTERS_MIN:
        return "short"
    return "known" if count_guesses(password, list_own_words(of)) < GUESSES_MIN else None


def count_guesses(password: str, own: Iterable[str]) -> int:
    """How many somebody needs who knows lists of passwords, names and words. These words of its owner's add nothing."""
    # The library keeps 14 MB of lists, and the words of whom it judges in a place that all threads share.
    from zxcvbn import zxcvbn

    words = sorted({*_WORDS, *map(str.lower, own)}, key=len, reverse=True)
    judged = password[:LETTERS_JUDGED]
    without = re.sub("|".join(map(re.escape, words)), "", judged, flags=re.IGNORECASE)
    if not without:
        return len(words)
    with _judging:
        return min(int(zxcvbn(one, words, max_length=LETTERS_JUDGED)["guesses"]) for one in (judged, without))


def list_own_words(email: str) -> Iterator[str]:
    """What somebody tries first who knows an account's e-mail: all of it, and its parts."""
    yield email
    yield from email.split("@")
    yield from (word for word in re.split(r"[\W_]+", email) if len(word) > 2)


def matches_hash(password: str, kept: str | None) -> bool:
    """Whether it is the password that is kept so. Of an account that is not there (None) it takes as long to say no."""
    try:
        return _hasher().verify(password, kept or _make_nobodys_hash())
    except (PwdlibError, UnicodeEncodeError):
        return False


@cache
def _make_nobodys_hash() -> str:
    """Made once, matched by nothing that one can type."""
    return _hasher().hash("\x00nobody")


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()
