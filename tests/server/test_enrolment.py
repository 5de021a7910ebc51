"""A code enrols one device of one account, for some minutes, and nobody finds it by guessing."""

import asyncio
import json
from datetime import timedelta
from itertools import cycle
from uuid import uuid4

import httpx2
import pytest
from tests.server.depot import NOON, House
from tests.server.phone import Phone
from tests.server.watched import DEFAULTS

from twinbase.enrolment import LETTERS, show_code
from twinbase_server.devices.enrolment import KEPT, TRIES, UnknownAccount, make_code
from twinbase_server.housekeeping import TURNS_AN_HOUR, run_turn

WRONG = (401, "credentials-wrong")


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


async def a_code(house: House, account: str = "anna@depot") -> str:
    return await make_code(house.office, account, "the office", house.clock.now)


def mistype(code: str, count: int = 1) -> list[str]:
    """Codes that differ in the last letter only."""
    others = [letter for letter in LETTERS if letter != code[-1]]
    return [code[:-1] + letter for letter in others[:count]]


def address(number: int) -> str:
    """Each from a network of its own."""
    return f"2001:db8:{number:x}::1"


async def test_a_code_signs_somebody_in_with_the_claims_of_the_account(house: House) -> None:
    phone = Phone(house.http)
    answer = await phone.enroll(await a_code(house))
    assert said(answer) == (200, "") and answer.json()["subject"] == "anna@depot"
    assert answer.json()["claims"]["sectors"] == ["north", "west"]
    await phone.agree(house.schema())
    assert (await phone.initial()).status == 200 and (await phone.refresh()).status_code == 200


@pytest.mark.parametrize("typed", [str.lower, show_code, lambda code: f" {code[:4]} \u2013 {code[4:]}\n"])
async def test_a_code_is_read_as_people_type_it(house: House, typed: object) -> None:
    code = await a_code(house)
    assert (await Phone(house.http).enroll(typed(code))).status_code == 200  # type: ignore[operator]


async def test_letters_that_look_alike_are_the_same(house: House) -> None:
    code = ""
    while not {"0", "1"} & set(code):
        code = await a_code(house)
    assert (await Phone(house.http).enroll(code.replace("0", "o").replace("1", "l"))).status_code == 200


async def test_a_code_is_good_for_one_device_also_when_two_come_at_once(house: House) -> None:
    code = await a_code(house)
    phones = [Phone(house.http) for _ in range(4)]
    answers = await asyncio.gather(*(phone.enroll(code) for phone in phones))
    assert sorted(said(answer) for answer in answers) == [(200, ""), *[WRONG] * 3]
    assert said(await Phone(house.http).enroll(code)) == WRONG


async def test_a_device_whose_answer_was_lost_asks_again_and_no_other_does(house: House) -> None:
    code, phone = await a_code(house), Phone(house.http)
    await phone.enroll(code)
    assert (await phone.enroll(code)).status_code == 200 and (await phone.refresh()).status_code == 200
    assert said(await Phone(house.http, replica=phone.replica).enroll(code)) == WRONG, "it has another key"
    assert (await phone.refresh()).status_code == 200


async def test_a_device_without_a_key_is_answered_once(house: House) -> None:
    code, phone = await a_code(house), Phone(house.http, key=None)
    assert [said(await phone.enroll(code)) for _ in range(2)] == [(200, ""), WRONG]


async def test_a_code_ends_after_ten_minutes(house: House) -> None:
    first, second = await a_code(house), await a_code(house)
    house.clock.now += timedelta(minutes=9, seconds=59)
    assert (await Phone(house.http).enroll(first)).status_code == 200
    house.clock.now += timedelta(seconds=1)
    assert said(await Phone(house.http).enroll(second)) == WRONG


async def test_after_five_tries_a_code_is_worth_nothing_wherever_they_came_from(house: House) -> None:
    code, other = await a_code(house), await a_code(house)
    for number, wrong in enumerate(mistype(code, TRIES)):
        assert said(await Phone(house.http).enroll(wrong, of=address(number))) == WRONG
    assert said(await Phone(house.http).enroll(code)) == WRONG
    assert (await Phone(house.http).enroll(other)).status_code == 200


async def test_four_tries_leave_the_fifth(house: House) -> None:
    code = await a_code(house)
    for wrong in mistype(code, TRIES - 1):
        await Phone(house.http).enroll(wrong)
    assert (await Phone(house.http).enroll(code)).status_code == 200


async def test_of_guesses_at_once_no_more_are_looked_at_than_of_guesses_one_by_one(house: House) -> None:
    code = await a_code(house)
    guesses = [*mistype(code, TRIES), code, code, code]
    answers = await asyncio.gather(*(Phone(house.http).enroll(guess, of=address(n)) for n, guess in enumerate(guesses)))
    right = sum(answer.status_code == 200 for answer in answers)
    left = await house.office.fetchval("SELECT tries_left FROM twinbase.enrolment")
    assert left == 0 and right <= 1


async def test_codes_that_never_were_are_answered_like_those_that_have_ended(house: House) -> None:
    used, ended, spent = await a_code(house), await a_code(house), await a_code(house)
    await Phone(house.http).enroll(used)
    await house.office.execute("UPDATE twinbase.enrolment SET tries_left = 0 WHERE prefix = $1", spent[:3])
    await house.office.execute("UPDATE twinbase.enrolment SET ends_at = $1 WHERE prefix = $2", NOON, ended[:3])
    answers = [await Phone(house.http).enroll(code) for code in (used, ended, spent, "0" * 8, "no code", "")]
    assert len({answer.text for answer in answers}) == 1 and said(answers[0]) == WRONG


async def test_whoever_guesses_from_one_address_has_to_wait(house: House) -> None:
    code = await a_code(house)
    kinds = [said(await Phone(house.http).enroll("0" * 8, of="192.0.2.1"))[1] for _ in range(33)]
    assert kinds[:31] == ["credentials-wrong"] * 31 and kinds[-1] == "too-many-sign-ins"
    assert said(await Phone(house.http).enroll(code, of="192.0.2.1"))[0] == 429
    assert (await Phone(house.http).enroll(code, of="198.51.100.7")).status_code == 200


async def test_whoever_guesses_from_very_many_addresses_is_slowed_to_one_a_second(house: House) -> None:
    await house.office.execute("INSERT INTO twinbase.attempt SELECT 'codes', $1, 100, $2, $2", _codes(), NOON)
    numbers = cycle(range(100))
    looked_at = 0
    for _ in range(12):
        answers = [await Phone(house.http).enroll("0" * 8, of=address(next(numbers))) for _ in range(2)]
        looked_at += sum(said(answer) == WRONG for answer in answers)
        house.clock.now += timedelta(milliseconds=500)
    assert looked_at <= 7
    house.clock.now += timedelta(seconds=1)
    assert (await Phone(house.http).enroll(await a_code(house))).status_code == 200, "and a person waits a second"


def _codes() -> bytes:
    from twinbase_server.sign_in.delays import EnrolmentAttempt

    return dict(EnrolmentAttempt("").list_counts())["codes"]


async def test_a_disabled_account_enrols_nobody_and_its_code_is_not_used_up(house: House) -> None:
    code = await a_code(house)
    await house.office.execute("UPDATE twinbase.account SET disabled = true WHERE email = 'anna@depot'")
    answer = await Phone(house.http).enroll(code)
    assert said(answer) == WRONG and "disabled" in answer.json()["detail"]
    await house.office.execute("UPDATE twinbase.account SET disabled = false WHERE email = 'anna@depot'")
    assert (await Phone(house.http).enroll(code)).status_code == 200


async def test_what_an_account_may_see_is_as_it_is_when_the_code_is_used(house: House) -> None:
    code, claims = await a_code(house), json.dumps({"person": str(uuid4()), "sectors": ["south"]})
    await house.office.execute("UPDATE twinbase.account SET claims = $1 WHERE email = 'anna@depot'", claims)
    answer = await Phone(house.http).enroll(code)
    assert answer.json()["claims"]["sectors"] == ["south"]


async def test_a_device_of_another_account_and_one_that_was_cut_off_do_not_enrol(house: House) -> None:
    bobs = Phone(house.http)
    await bobs.sign_in("bob@depot")
    code = await a_code(house)
    assert said(await bobs.enroll(code)) == (403, "other-account")
    annas = Phone(house.http)
    await annas.sign_in()
    await house.office.execute("UPDATE twinbase.replica SET revoked_at = now() WHERE id = $1", annas.replica)
    assert said(await annas.enroll(code)) == (403, "device-revoked")
    assert (await Phone(house.http).enroll(code)).status_code == 200, "nothing was used up"


async def test_there_is_no_code_for_an_account_that_is_not_there(house: House) -> None:
    with pytest.raises(UnknownAccount, match="nobody@depot"):
        await a_code(house, "nobody@depot")


async def test_the_table_does_not_hold_a_code_and_forgets_who_used_it_after_a_month(house: House) -> None:
    code = await a_code(house)
    row = await house.office.fetchrow("SELECT * FROM twinbase.enrolment")
    assert row is not None and code not in str(dict(row)) and code[3:] not in str(dict(row))
    for later, left in ((KEPT, 1), (KEPT + timedelta(hours=1), 0)):
        await run_turn(house.office, NOON + later, TURNS_AN_HOUR, DEFAULTS)
        assert await house.office.fetchval("SELECT count(*) FROM twinbase.enrolment") == left
