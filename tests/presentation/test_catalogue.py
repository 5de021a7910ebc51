"""The French catalogue: no text without a translation, none too many, and every brace filled."""

import re

from tests.presentation.catalogue import PO, merge_texts, read_texts, read_translations


def strings(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text or ""),)


def test_every_text_of_the_front_ends_is_in_it_and_no_other() -> None:
    wanted = {strings(message.id)[0] for message in read_texts() if message.id}
    assert {strings(message.id)[0] for message in read_translations() if message.id} == wanted
    assert len(wanted) > 200


def test_every_text_is_translated_and_none_is_a_guess() -> None:
    found = [message for message in read_translations() if message.id]
    assert [message.id for message in found if not all(strings(message.string))] == []
    assert [message.id for message in found if message.fuzzy] == []


def test_a_translation_has_the_braces_of_its_text() -> None:
    def braces(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    for message in read_translations():
        wanted = braces("".join(strings(message.id)))
        assert all(braces(string) == wanted for string in strings(message.string) if message.id), message.id


def test_french_is_set_as_it_is_printed() -> None:
    """An apostrophe that is one, and no line that begins with a colon."""
    said = [string for message in read_translations() if message.id for string in strings(message.string)]
    assert [string for string in said if "'" in string] == []
    assert [string for string in said if re.search(r" [:;?!]", string)] == []
    assert [string for string in said if "\u202f" in string] == []


def test_the_file_is_as_its_program_writes_it() -> None:
    assert PO.read_bytes() == merge_texts(read_translations(), read_texts())
