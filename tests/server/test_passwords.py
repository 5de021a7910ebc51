"""Which passwords are taken, whoever sets them: length, known ones, one's own name."""

import asyncio
import sys
from collections.abc import Iterator

import asyncpg
import pytest

from twinbase_server.accounts import save_account
from twinbase_server.database.migrations import migrate
from twinbase_server.passwords import (
    BYTES_MAX,
    GUESSES_MIN,
    PasswordFault,
    UnfitPassword,
    count_guesses,
    hash_password,
    judge_password,
    matches_hash,
)

ANNA = "anna.martin@dupont-chauffage.fr"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", "short"),
        ("Xk2#v9!qLm4", "short"),
        ("é" * 501, "long"),
        ("\ud800" + "three old trains", "unreadable"),
        ("password1234", "known"),
        ("passwordpassword", "known"),
        ("123456789012", "known"),
        ("qwertyuiop[]", "known"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "known"),
        ("twinbasetwinbase", "known"),
        ("Motdepasse123", "known"),
        ("Azertyuiop123", "known"),
        ("anna.martin@dupont-chauffage.fr", "known"),
        ("DupontChauffage", "known"),
        ("martin.anna1", "known"),
        ("Anna-Martin-1", "known"),
        ("anna martin: three old trains", None),
        ("correct horse", None),
        ("le chat dort au soleil", None),
        ("три старых поезда", None),
        ("v" + "9#kX!" * 150, None),
    ],
)
def test_a_password_is_long_and_nobody_thinks_of_it_first(password: str, fault: PasswordFault | None) -> None:
    assert judge_password(password, of=ANNA) == fault


def test_the_end_of_a_very_long_one_is_not_looked_at_and_it_is_judged_at_once() -> None:
    longest = "aB3$" * (BYTES_MAX // 4)
    assert judge_password(longest, of=ANNA) == judge_password(longest[:80], of=ANNA)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
async def test_two_that_are_judged_at_one_time_are_judged_by_their_own_names() -> None:
    """The library keeps the names in one place for all threads."""
    people = [((name,), name.replace("o", "0")) for name in ("quimperoise", "zwolleburcht", "gdanskowkski")] * 120
    alone = [count_guesses(password, own) for own, password in people]
    together = await asyncio.gather(*(asyncio.to_thread(count_guesses, password, own) for own, password in people))
    assert together == alone and max(alone) < GUESSES_MIN < count_guesses("zw0lleburcht", ["quimper"])


def test_what_is_kept_is_matched_by_the_password_alone() -> None:
    kept = hash_password("three old trains", of=ANNA)
    assert kept.startswith("$argon2id$") and "trains" not in kept
    assert matches_hash("three old trains", kept)
    assert not any(matches_hash(other, kept) for other in ("three old train", "", "\ud800"))
    assert not matches_hash("\x00nobody!", None)


async def test_no_way_to_save_an_account_goes_past_the_rules(database_url: str) -> None:
    await migrate(database_url)
    connection = await asyncpg.connect(database_url)
    with pytest.raises(UnfitPassword, match="fewer than 12 letters") as refused:
        await save_account(connection, ANNA, "hunter2", {})
    assert "hunter2" not in str(refused.value)
    assert await connection.fetchval("SELECT count(*) FROM twinbase.account") == 0
    await save_account(connection, ANNA, "three old trains", {})
    assert await connection.fetchval("SELECT count(*) FROM twinbase.account") == 1
    await connection.close()
