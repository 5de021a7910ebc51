"""What somebody has chosen about how the app looks and behaves, in a small file beside the replica."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any, Literal, get_args

from twinbase_presentation.device.small_file import read_small, write_small
from twinbase_presentation.languages import LANGUAGES
from twinbase_presentation.tokens import TEXT_SCALES, ThemeName

ThemeChoice = Literal["auto", "light", "dark", "sun"]
LOCK_MINUTES = (1, 2, 5, 10, 30, 60, 0)
"""After how long without a touch it locks; 0 is never."""
DAY_BEGINS, DAY_ENDS = time(7, 0), time(20, 0)


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """`language`: "" is that of the system. `saves_data`: the network costs money, so no photo is sent by itself."""

    theme: ThemeChoice = "auto"
    text_scale: float = 1.0
    language: str = ""
    lock_minutes: int = 10
    saves_data: bool = False
    reduces_motion: bool = False

    def choose_theme(self, now: datetime) -> ThemeName:
        """By itself, light as long as it is day."""
        if self.theme == "auto":
            return "light" if DAY_BEGINS <= now.time() < DAY_ENDS else "dark"
        return self.theme


def read_settings(path: Path) -> DeviceSettings:
    """What was chosen; where a value cannot be meant, what everybody has."""
    said = read_small(path)
    kept = {one.name: said[one.name] for one in fields(DeviceSettings) if _is_meant(one.name, said.get(one.name))}
    return replace(DeviceSettings(), **kept)


def write_settings(path: Path, settings: DeviceSettings) -> None:
    """Keep what was chosen."""
    write_small(path, asdict(settings))


def _is_meant(name: str, value: Any) -> bool:
    if name in ("saves_data", "reduces_motion"):
        return isinstance(value, bool)
    known: dict[str, tuple[Any, ...]] = {
        "theme": get_args(ThemeChoice),
        "text_scale": TEXT_SCALES,
        "language": ("", *LANGUAGES),
        "lock_minutes": LOCK_MINUTES,
    }
    return not isinstance(value, bool) and value in known[name]
