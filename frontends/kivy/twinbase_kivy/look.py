"""How everything looks at this moment: theme, size of text, movement. One for the process, as the window is one."""

from datetime import datetime

from kivy.metrics import dp
from kivy.utils import get_color_from_hex

from twinbase_presentation.device.settings import DeviceSettings
from twinbase_presentation.tokens import THEMES, TYPE, Theme, ThemeName, TypeName

Rgba = tuple[float, float, float, float]


class Appearance:
    """What people choose in the settings, and what every widget asks when it is drawn."""

    def __init__(self) -> None:
        self.theme: Theme = THEMES["light"]
        self.text_scale = 1.0
        self.moves = True

    def set_theme(self, name: ThemeName) -> None:
        """Draw in another theme from the next frame on; whoever shows something draws it anew."""
        self.theme = THEMES[name]

    def follow(self, settings: DeviceSettings, now: datetime) -> None:
        """Look as somebody has chosen; by itself, as it is fit for the hour."""
        self.moves, self.text_scale = not settings.reduces_motion, settings.text_scale
        self.set_theme(settings.choose_theme(now))

    def find_colour(self, token: str, alpha: float = 1.0) -> Rgba:
        """The colour of a token, `text2` say, or of six digits, as Kivy wants it."""
        red, green, blue, _ = get_color_from_hex(getattr(self.theme, token, token))
        return red, green, blue, alpha

    def find_size(self, style: TypeName) -> float:
        """The height of a style's letters in pixels, as large as the user wants to read."""
        return float(dp(TYPE[style].size * self.text_scale))


look = Appearance()
