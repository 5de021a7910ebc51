"""What a picture of the office says comes back whole, and what is none of ours is refused with a sentence."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbase.enrolment import LETTERS, EnrolmentOffer, read_code, read_enrolment_uri, show_code
from twinbase.errors import WrongCode

UNTIL = datetime(2030, 5, 1, 12, 10, tzinfo=UTC)
HASH = "5e" * 32
PARIS = timezone(timedelta(hours=2))
CODES = st.text(LETTERS, min_size=8, max_size=8)


@given(
    CODES,
    st.sampled_from(["https://twinbase.example.org", "http://10.0.0.7:8000", "https://[2001:db8::1]:8443/a b&c=d"]),
    st.sampled_from(["", HASH]),
    st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, PARIS])),
)
def test_an_offer_comes_out_of_its_picture_as_it_went_in(code: str, server: str, cert: str, until: datetime) -> None:
    offer = EnrolmentOffer(server, code, until.replace(microsecond=0), cert)
    assert read_enrolment_uri(offer.make_uri()) == offer


@given(CODES)
def test_a_code_is_the_same_however_it_is_typed(code: str) -> None:
    typed = show_code(code).lower().replace("0", "o").replace("1", "i")
    assert read_code(typed) == read_code(f"\t{code} ") == code


@pytest.mark.parametrize("typed", ["", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFGU", "ÀBCD-EFGH", "\uff11" * 8])
def test_what_is_no_code_says_what_one_looks_like(typed: str) -> None:
    with pytest.raises(WrongCode, match="7K3M-Q9TD"):
        read_code(typed)


GOOD = EnrolmentOffer("https://a.example", "7K3MQ9TD", UNTIL).make_uri()


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("", "something else"),
        ("https://evil.example/?server=x", "something else"),
        ("WIFI:S:office;T:WPA;P:secret;;", "something else"),
        ("twinbase://enroll?code", "address of Twinbase"),
        (GOOD.replace("enroll?", "steal?"), "something else"),
        (GOOD.replace("enroll?", "enroll/x?"), "something else"),
        (GOOD.replace("https%3A%2F%2Fa.example", "file%3A%2F%2F%2Fetc"), "names no server"),
        (GOOD.replace("https%3A%2F%2Fa.example", "https%3A%2F%2Fanna%3Asecret%40a.example"), "names no server"),
        (GOOD.replace("https%3A%2F%2Fa.example", "https%3A%2F%2Fa.example%3A99999"), "names no server"),
        (GOOD.replace("7K3M-Q9TD", "7K3M"), "no U"),
        (GOOD.partition("&until")[0], "until when"),
        (GOOD.replace("00Z", "00"), "time zone"),
        (GOOD + "&cert=12", "SHA-256"),
        (GOOD + "&x=" + "y" * 3000, "longer"),
    ],
)
def test_what_is_not_of_the_office_is_refused_with_a_sentence(uri: str, why: str) -> None:
    with pytest.raises(WrongCode, match=why) as refused:
        read_enrolment_uri(uri)
    assert "secret" not in str(refused.value)


def test_a_device_says_what_it_joins_before_it_does() -> None:
    assert EnrolmentOffer("https://a.example", "7K3MQ9TD", UNTIL).describe_joining() == (
        "This device will join https://a.example. The code can be used until 12:10 UTC."
    )
    said = EnrolmentOffer("http://10.0.0.7", "7K3MQ9TD", UNTIL, HASH).describe_joining()
    assert "anybody can read" in said and "5e5e5e5e5e5e5e5e" in said


def test_a_code_is_not_shown_by_accident() -> None:
    assert "7K3M" not in repr(EnrolmentOffer("https://a.example", "7K3MQ9TD", UNTIL))
