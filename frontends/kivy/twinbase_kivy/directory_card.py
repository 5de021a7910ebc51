"""What is seen while somebody is at the company's directory: where to go, what to type, and the ways back."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import SectionCard
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.device.directory_sign_in import DirectoryWait, say_until, say_wait
from twinbase_presentation.languages import Language
from twinbase_presentation.tokens import SPACE


def make_directory_parts(language: Language, wait: DirectoryWait, stop: Act, turn_to_code: Act) -> Sequence[Box | None]:
    """A card, and what can be done; the code is read from across a table."""
    code = wait.code
    card = SectionCard(
        "pin" if code else "open",
        wait.name,
        Words(say_wait(language, wait), "body"),
        Words(wait.address.removeprefix("https://"), "label", "primary") if code else None,
        Words(code, "display", align="centre") if code else None,
        Words(say_until(language, wait), "small", "text2"),
        hue="primary",
        gap=SPACE.l,
    )
    elsewhere = PushButton(language.say("Use another device"), turn_to_code, icon="device", filling="text")
    return [
        card,
        PushButton(language.say("Cancel"), stop, icon="close", filling="outlined", main=True),
        None if code else elsewhere,
    ]
