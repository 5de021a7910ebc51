"""What an app says quietly of the sync: one thing at the left, and what needs a person."""

from typing import Any

import pytest
from tests.presentation.phone import NOW, paris

from twinbase.replica.status import SyncStatus
from twinbase_mobile.reading.moments import PARIS, local_time
from twinbase_presentation import StatusLine, describe_status, load_language
from twinbase_presentation.status_line import say_proof

FRENCH, ENGLISH = load_language("fr"), load_language("en")
LOCAL = local_time(NOW, PARIS)


def line(code: str = "en", **status: Any) -> StatusLine:
    assert LOCAL is not None
    return describe_status(SyncStatus(**status), load_language(code), LOCAL, PARIS)


@pytest.mark.parametrize(
    ("status", "french", "english", "tone"),
    [
        ({"signed_in": False, "offline_since": NOW}, "Reconnectez-vous pour envoyer", "Sign in again to send", "amber"),
        ({"offline_since": paris(10, 7, 42)}, "Hors ligne depuis 07:42", "Offline since 07:42", "grey"),
        (
            {"offline_since": paris(9, 7, 42)},
            "Hors ligne depuis mar. 9 juin, 07:42",
            "Offline since Tue, Jun 9, 07:42",
            "grey",
        ),
        ({"phase": "push"}, "Envoi…", "Sending…", "primary"),
        ({"phase": "pull", "rows": 4210}, "Mise à jour… 4\u00a0210 lignes", "Updating… 4,210 rows", "primary"),
        ({"phase": "repair"}, "Mise à jour…", "Updating…", "primary"),
        ({"problem": "Le portail.", "unproven": ("a",)}, "Le portail.", "Le portail.", "amber"),
        ({"unproven": ("a", "b")}, "2 tables à vérifier", "2 tables to check", "amber"),
    ],
)
def test_the_first_that_is_true_stands_at_the_left(
    status: dict[str, Any], french: str, english: str, tone: str
) -> None:
    for code, said in (("fr", french), ("en", english)):
        left = line(code, **status).left
        assert left is not None and (left.said, left.tone) == (said, tone)


def test_when_all_is_well_nothing_is_said() -> None:
    assert line(synced_at=NOW).is_empty


def test_what_is_to_be_sent_is_counted_with_its_photos() -> None:
    sending = line("fr", pending=2, unsent_files=1).to_send
    assert sending is not None and sending.said == "3 à envoyer"


def test_what_needs_a_person_is_red_and_a_refusal_comes_first() -> None:
    both = line("fr", refused=1, conflicts=2).needs_you
    assert both is not None and (both.said, both.tone) == ("1 refus à corriger", "red")
    waits = line("en", parked=1, conflicts=1).needs_you
    assert waits is not None and waits.said == "2 edits wait for you"


def test_the_proof_is_said_with_its_time_and_not_where_there_is_none() -> None:
    assert LOCAL is not None
    said = say_proof(SyncStatus(synced_at=paris(10, 7, 41)), FRENCH, LOCAL, PARIS)
    assert said == "Vérifié avec le serveur à 07:41"
    assert say_proof(SyncStatus(), FRENCH, LOCAL, PARIS) == ""
    assert say_proof(SyncStatus(synced_at=NOW, unproven=("a",)), ENGLISH, LOCAL, PARIS) == ""
