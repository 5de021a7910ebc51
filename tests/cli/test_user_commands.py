"""`twinbase user`: people are invited, reset, cut off; their links go by mail, or to whoever asked."""

import gc
import json
import re
import ssl
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import EMAIL, Company, blocking, execute
from tests.cli.mail_server import PASSWORD as MAIL_PASSWORD
from tests.cli.mail_server import USER, MailBox, listening, starttls
from tests.cli.said import Said, Twinbase

from twinbase_server.settings import Settings

LINK = re.compile(r"https?://\S+/api/v1/auth/link#([\w-]{43})")
CHOSEN = "three old trains"
OFFICE = {"TWINBASE_PUBLIC_URL": "https://sync.example.com", "TWINBASE_MAIL_FROM": "Twinbase <twinbase@example.com>"}


@pytest.fixture
def user(twinbase: Twinbase, company: Company) -> Twinbase:
    """`user("list")` is `twinbase user list` over the company's database."""

    def run(*arguments: object, **environment: str) -> Said:
        return twinbase("user", *arguments, "--database-url", company.url, **environment)

    return run


def choose(company: Company, secret: str, password: str = CHOSEN) -> int:
    return post(company, "auth/link", {"secret": secret, "password": password})


def sign_in(company: Company, email: str, password: str = CHOSEN) -> int:
    return post(company, "auth/login", {"email": email, "password": password, "replica": str(uuid4())})


def post(company: Company, path: str, body: dict[str, Any]) -> int:
    headers = {"Content-Type": "application/json", "Twinbase-Protocol": "1"}
    request = urllib.request.Request(f"{company.server}/api/v1/{path}", json.dumps(body).encode(), headers)
    try:
        return int(urllib.request.urlopen(request, timeout=60).status)
    except urllib.error.HTTPError as error:
        return error.code


def secret_in(text: str) -> str:
    """Of the one link that stands in it."""
    (secret,) = LINK.findall(text)
    return str(secret)


def test_the_first_administrator_gets_a_link_and_no_password(user: Twinbase, company: Company) -> None:
    said = user("create-admin", "Chief@Example.com", "--name", "Chief")
    assert said.status == 0 and "http://127.0.0.1:8000/api/v1/auth/link#" in said.out
    assert sign_in(company, "chief@example.com") == 401
    assert choose(company, secret_in(said.out)) == 200
    assert sign_in(company, "chief@example.com") == 200
    (chief,) = [one for one in user("list", "--json").json if one["email"] == "chief@example.com"]
    assert (chief["name"], chief["state"], chief["claims"]) == ("Chief", "active", {"role": "super_admin"})


def test_an_invitation_is_good_for_as_long_as_was_said_and_the_next_one_replaces_it(
    user: Twinbase, company: Company
) -> None:
    first = user("invite", "dora@example.com", "--claim", "colleague_id=7", "--json", TWINBASE_LINK_MINUTES="30").json
    assert _minutes_left(first) == 30 and (first["sent"], first["kind"]) == (False, "invite")
    second = user("invite", "Dora@example.com", "--claim", "colleague_id=8", "--minutes", 10_080, "--json").json
    assert _minutes_left(second) == 10_080
    assert choose(company, secret_in(first["link"])) == 410
    assert choose(company, secret_in(second["link"])) == 200
    (dora,) = [one for one in user("list", "--json").json if one["email"] == "dora@example.com"]
    assert dora["claims"] == {"colleague_id": 8} and dora["link"] is None
    for minutes in (14, 10_081):
        assert user("invite", "eve@example.com", "--minutes", minutes).status == 2
    assert user("invite", "eve@example.com", TWINBASE_LINK_MINUTES="5").status == 1


def test_a_person_gets_another_password_and_keeps_the_old_one_until_then(user: Twinbase, company: Company) -> None:
    secret = secret_in(user("reset", EMAIL).out)
    assert sign_in(company, EMAIL, "correct horse") == 200
    assert choose(company, secret, "correct horses") == 200
    assert (sign_in(company, EMAIL, "correct horse"), sign_in(company, EMAIL, "correct horses")) == (401, 200)
    assert choose(company, secret_in(user("reset", EMAIL).out), "correct horse") == 200


def test_a_disabled_person_is_out_at_once_and_comes_back_with_the_same_password(
    user: Twinbase, company: Company
) -> None:
    assert user("add", "fred@example.com", TWINBASE_PASSWORD=CHOSEN).status == 0
    secret = secret_in(user("reset", "fred@example.com").out)
    assert user("disable", "FRED@example.com", "--json").json == {"email": "fred@example.com"}
    assert sign_in(company, "fred@example.com") == 401 and choose(company, secret) == 410
    assert user("reset", "fred@example.com").status == 1
    assert user("enable", "fred@example.com").status == 0
    assert sign_in(company, "fred@example.com") == 200
    assert user("rename", "fred@example.com", "Frédéric [blue]").status == 0
    assert re.search(r"fred@example.com\s+Frédéric \[blue\]\s+active", user("list", COLUMNS="200").out)


def test_claims_change_without_a_password(user: Twinbase, company: Company) -> None:
    user("add", "kim@example.com", "--claim", "team=north", "--claim", "old=1", TWINBASE_PASSWORD=CHOSEN)
    said = user("change", "Kim@example.com", "--claim", "role=patron", "--claim", "team=[1]", "--drop", "old", "--json")
    assert said.json == {"email": "kim@example.com", "claims": {"role": "patron", "team": [1]}}
    assert "team=[1]" in user("change", "kim@example.com").out
    assert sign_in(company, "kim@example.com") == 200
    assert user("change", "nobody@example.com", "--claim", "a=1").status == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("invite", EMAIL), "There is an account with this e-mail already."),
        (("create-admin", EMAIL), "There is an account with this e-mail already."),
        (("reset", "nobody@example.com"), "There is no account with this e-mail, or it is disabled."),
        (("disable", "nobody@example.com"), "There is no account with this e-mail, or it is disabled."),
        (("enable", "nobody@example.com"), "There is no account with this e-mail, or it is disabled."),
        (("rename", "nobody@example.com", "N"), "There is no account with this e-mail, or it is disabled."),
        (("add", "x@example.com", "--password", "hunter2"), "password is not taken. It has fewer than 12 letters."),
        (("add", "x@example.com", "--password", "passwordpassword"), "It is guessed quickly"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_that_says_what_can(
    user: Twinbase, arguments: tuple[str, ...], sentence: str
) -> None:
    said = user(*arguments)
    assert said.status == 1 and sentence in said.err and "Traceback" not in said.err and said.out == ""
    assert "hunter2" not in said.err


def test_the_former_name_of_the_command_does_the_same(twinbase: Twinbase, company: Company) -> None:
    at = ("--database-url", company.url)
    assert twinbase("account", "add", "gus@example.com", *at, TWINBASE_PASSWORD=CHOSEN).status == 0
    assert sign_in(company, "gus@example.com") == 200
    assert twinbase("account", "add", "gus@example.com", *at, TWINBASE_PASSWORD="hunter2").status == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+plain"])
def test_a_link_goes_by_mail_over_tls_and_is_not_shown(
    user: Twinbase, company: Company, certificate: tuple[Path, Path], scheme: str
) -> None:
    box, context = MailBox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    options = {"smtp": starttls(context), "smtps": {"ssl_context": context}, "smtp+plain": {}}[scheme]
    known = f"{USER.replace('@', '%40')}:{MAIL_PASSWORD.replace('@', '%40').replace('/', '%2F')}@"
    email = f"{scheme.replace('+', '')}@example.com"
    with listening(box, **options) as port:
        url = f"{scheme}://{known if scheme == 'smtp' else ''}127.0.0.1:{port}"
        said = user(
            "invite", email, "--name", "Zoé", "--language", "fr",
            TWINBASE_SMTP_URL=url, SSL_CERT_FILE=str(certificate[0]), **OFFICE,
        )  # fmt: skip
    assert said.status == 0, said
    assert "on its way" in said.out and "#" not in said.out + said.err
    (letter,) = box.letters
    assert box.were_protected == [scheme != "smtp+plain"]
    assert (letter["To"], letter["From"]) == (f"Zoé <{email}>", OFFICE["TWINBASE_MAIL_FROM"])
    assert letter["Subject"] == "Votre compte sur sync.example.com" and letter["Date"] and letter["Message-ID"]
    text = letter.get_content()
    assert text.startswith("Bonjour Zoé,") and "https://sync.example.com/api/v1/auth/link#" in text
    assert choose(company, secret_in(text)) == 200 and sign_in(company, email) == 200


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_server_that_never_ends_the_call_leaves_none_open(
    user: Twinbase, certificate: tuple[Path, Path], scheme: str
) -> None:
    context, is_let_go = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), threading.Event()
    context.load_cert_chain(*certificate)
    box = MailBox(is_let_go=is_let_go)
    with listening(box, **({"tls_context": context} if scheme == "smtp" else {"ssl_context": context})) as port:
        try:
            url = f"{scheme}://127.0.0.1:{port}"
            said = user("reset", EMAIL, TWINBASE_SMTP_URL=url, SSL_CERT_FILE=str(certificate[0]), **OFFICE)
            gc.collect()  # a call that is still open would warn here
        finally:
            is_let_go.set()
    assert said.status == 0 and len(box.letters) == 1, said


def test_a_mail_that_fails_says_so_and_the_link_is_shown_instead(
    user: Twinbase, company: Company, certificate: tuple[Path, Path]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    refusing = MailBox(refuses="552 5.2.2 The mailbox is full")
    for box, options, scheme, reason in (
        (refusing, {}, "smtp+plain", "552 5.2.2 The mailbox is full"),
        (MailBox(), {}, "smtp", "STARTTLS"),
        (MailBox(), starttls(context), "smtp", "certificate verify failed"),
        (MailBox(), {"ssl_context": context}, "smtps", "certificate verify failed"),
    ):
        with listening(box, **options) as port:
            url = f"{scheme}://127.0.0.1:{port}"
            said = user("reset", EMAIL, "--json", TWINBASE_SMTP_URL=url, **OFFICE)
        assert said.status == 1 and not box.letters
        assert not said.json["sent"] and reason in said.json["failure"] and reason in said.err, said
        secret_in(said.json["link"])
    closed = user("reset", EMAIL, TWINBASE_SMTP_URL=f"smtp://127.0.0.1:{port}", **OFFICE)
    assert closed.status == 1 and "The link is good all the same" in closed.err
    assert choose(company, secret_in(closed.out), "correct horse") == 200


def test_a_link_is_shown_to_whoever_asks_and_to_whom_no_mail_can_be_sent(user: Twinbase) -> None:
    box = MailBox()
    with listening(box) as port:
        mail = {"TWINBASE_SMTP_URL": f"smtp+plain://127.0.0.1:{port}", **OFFICE}
        assert "https://sync.example.com/api/v1/auth/link#" in user("invite", "hal@example.com", "--show", **mail).out
        for name in ("hal", "hal @example.com", "hal@example.com\r\nBcc: eve@example.com"):
            said = user("invite", name, **mail)
            assert said.status == 1 and "is no address" in said.err and secret_in(said.out)
    assert box.letters == []


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"TWINBASE_SMTP_URL": "mail.example.com:587"}, "TWINBASE_SMTP_URL: it is no address of a mail server"),
        ({"TWINBASE_SMTP_URL": "smtp://u:hunter2/7@mail", **OFFICE}, "TWINBASE_SMTP_URL: "),
        ({"TWINBASE_SMTP_URL": "smtp+plain://u:hunter2@mail", **OFFICE}, "everybody on the way could read the"),
        ({"TWINBASE_SMTP_URL": "smtp://mail"}, "it is of use with TWINBASE_PUBLIC_URL only"),
        ({"TWINBASE_SMTP_URL": "smtp://mail", **OFFICE, "TWINBASE_MAIL_FROM": ""}, "with TWINBASE_MAIL_FROM only"),
        ({"TWINBASE_MAIL_FROM": "Twinbase"}, "TWINBASE_MAIL_FROM: write Name <name@host>"),
        ({"TWINBASE_MAIL_FROM": "a@b\nBcc: eve@example.com"}, "TWINBASE_MAIL_FROM: write Name <name@host>"),
        ({"TWINBASE_PUBLIC_URL": "http://sync.example.com"}, "TWINBASE_PUBLIC_URL: over http:// everybody"),
        ({"TWINBASE_PUBLIC_URL": "sync.example.com"}, "TWINBASE_PUBLIC_URL: write https://host"),
        ({"TWINBASE_PUBLIC_URL": "https://u:hunter2@sync.example.com"}, "TWINBASE_PUBLIC_URL: write https://host"),
        ({"TWINBASE_PUBLIC_URL": "https://sync.example.com/#x"}, "TWINBASE_PUBLIC_URL: write https://host"),
    ],
)  # fmt: skip
def test_what_is_set_wrongly_is_said_and_shown_to_nobody(user: Twinbase, variables: dict[str, str], fault: str) -> None:
    said = user("list", **variables), user("invite", "ida@example.com", **variables)
    assert (said[1].status, fault in said[1].err) == (1, True), said[1]
    assert "hunter2" not in said[1].err + said[1].out


def test_a_password_of_the_mail_server_is_in_no_text_of_the_settings() -> None:
    settings = Settings(
        database_url="postgresql:///x", public_url="https://a.b", mail_from="a@b", smtp_url="smtp://u:hunter2@mail"
    )
    assert "hunter2" not in f"{settings!r} {settings}"


def test_what_is_of_the_past_is_no_open_link(user: Twinbase, company: Company) -> None:
    user("invite", "jo@example.com")
    assert "jo@example.com" in user("list").out
    blocking(execute(company.url, "UPDATE twinbase.link SET ends_at = now() WHERE account = 'jo@example.com'"))
    assert "jo@example.com" not in user("list").out


def _minutes_left(said: dict[str, str]) -> int:
    left = datetime.fromisoformat(said["ends_at"]) - datetime.now(UTC)
    return round(left / timedelta(minutes=1))
