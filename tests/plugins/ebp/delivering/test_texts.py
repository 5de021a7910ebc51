"""Texts in EBP: rich beside plain, and what EBP has no column for in a block that never doubles."""

import pytest

from twinbase_ebp.delivering.columns import ValueKind
from twinbase_ebp.delivering.compare_values import is_alike
from twinbase_ebp.delivering.texts import BLOCK, add_block, add_location, format_rich, remove_block


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", "{\\rtf1\\ansi\\ansicpg1252\\deff0 }"),
        ("a\\b{c}", "{\\rtf1\\ansi\\ansicpg1252\\deff0 a\\\\b\\{c\\}}"),
        ("un\r\ndeux", "{\\rtf1\\ansi\\ansicpg1252\\deff0 un\\par\r\ndeux}"),
        ("é€", "{\\rtf1\\ansi\\ansicpg1252\\deff0 \\u233?\\u8364?}"),
        ("🔧", "{\\rtf1\\ansi\\ansicpg1252\\deff0 \\u-10179?\\u-8921?}"),
        ("a\tb\x00", "{\\rtf1\\ansi\\ansicpg1252\\deff0 a\\tab b}"),
    ],
)
def test_rich_text_holds_any_text_and_is_ascii(text: str, written: str) -> None:
    assert format_rich(text) == written and format_rich(text).isascii()


def test_a_block_replaces_the_one_before_whatever_ebp_made_of_its_lines() -> None:
    once = add_block("Nettoyé.", ["Début : 09:00"])
    again = add_block(once.replace("\n", "\r\n"), ["Début : 09:00", "Fin : 10:00"])
    assert again == f"Nettoyé.\n\n{BLOCK}\nDébut : 09:00\nFin : 10:00"
    assert remove_block(again) == "Nettoyé." and add_block(again, []) == "Nettoyé."


def test_a_report_of_facts_alone_is_the_block_alone() -> None:
    assert add_block(None, ["Fin : 10:00"]) == f"{BLOCK}\nFin : 10:00"


def test_where_it_stands_is_one_line_whoever_wrote_the_others() -> None:
    notes = add_location("Clé chez le gardien", "Cave")
    assert notes == "Emplacement : Cave\nClé chez le gardien"
    assert add_location(notes, "Grenier") == "Emplacement : Grenier\nClé chez le gardien"
    assert add_location(notes, None) == "Clé chez le gardien"


@pytest.mark.parametrize(
    ("given", "found", "kind", "same"),
    [
        ("a\nb", "a\r\nb ", "text", True),
        ("", None, "text", True),
        ("=1", "'=1", "text", True),
        ("€🔧", "€?", "text", True),
        ("a", "b", "text", False),
        ("c1", "C1 ", "key", True),
        ("c1", "C1", "text", False),
        ("0.833333", "0.83333300", "decimal", True),
        (None, 0, "decimal", False),
        (50, 50, "whole", True),
        ("2030-03-04T09:05:00", "2030-03-04T09:05:00.4", "time", True),
        (False, None, "yes", True),
        ("{\\rtf1 a}", "{\\rtf1 other}", "rich", True),
    ],
)
def test_a_value_is_known_again_however_ebp_writes_it(
    given: object, found: object, kind: ValueKind, same: bool
) -> None:
    assert is_alike(given, found, kind) is same
