"""The looks of the terminal app: Textual's themes, made from the tokens that the window app has too.

A colour in a text is a variable, `$tone-red`: another theme is another colour at once. The look `ansi` takes the
terminal's own sixteen colours; there what is chosen is underlined, which a terminal without colours shows, too.
"""

from collections.abc import Mapping

from textual.theme import Theme as TextualTheme

from twinbase_presentation.tokens import HUES, THEMES, Theme

LOOKS = ("dark", "light", "sun", "ansi")
ANSI = "ansi"
ANSI_TONES: Mapping[str, str] = {
    "tone-primary": "ansi_cyan",
    "tone-green": "ansi_green",
    "tone-amber": "ansi_yellow",
    "tone-red": "ansi_bright_red",
    "tone-violet": "ansi_magenta",
    "tone-grey": "ansi_default",
    "tone-hint": "ansi_default",
    "edge": "ansi_bright_black",
    "warn-ground": "ansi_default",
    "bar": "ansi_default",
}


def name_theme(look: str) -> str:
    """What Textual calls it."""
    return f"twinbase-{look}"


def make_themes() -> list[TextualTheme]:
    """One for each look."""
    return [*(_make_theme(theme) for theme in THEMES.values()), _make_ansi()]


def list_variables() -> dict[str, str]:
    """The variables of the dark look, for a theme that has none of its own."""
    return _variables(THEMES["dark"])


def _make_theme(theme: Theme) -> TextualTheme:
    return TextualTheme(
        name=name_theme(theme.name),
        primary=f"#{theme.primary}",
        secondary=f"#{theme.violet}",
        warning=f"#{theme.amber}",
        error=f"#{theme.red}",
        success=f"#{theme.green}",
        accent=f"#{theme.primary}",
        foreground=f"#{theme.text}",
        background=f"#{theme.bg}",
        surface=f"#{theme.surface}",
        panel=f"#{theme.inset}",
        dark=theme.name == "dark",
        variables={**_variables(theme), **_cursor(theme)},
    )


def _variables(theme: Theme) -> dict[str, str]:
    tones = {f"tone-{hue}": f"#{getattr(theme, tokens.strong)}" for hue, tokens in HUES.items()}
    more = {"tone-hint": theme.text3, "edge": theme.outline, "warn-ground": theme.amber_c, "bar": theme.inset}
    return tones | {name: f"#{colour}" for name, colour in more.items()}


def _cursor(theme: Theme) -> dict[str, str]:
    """What is chosen: on a tint; in full sun, where a tint is white, on that of the light look, and in bold."""
    ground = THEMES["light"].primary_c if theme.outlined else theme.primary_c
    return _name_cursor(f"#{ground}", f"#{theme.text}", "bold" if theme.outlined else "none")


def _name_cursor(ground: str, letters: str, style: str) -> dict[str, str]:
    """Textual's variables for what is chosen, with the keys in it and without."""
    values = {"background": ground, "foreground": letters, "text-style": style}
    return {f"block-cursor-{before}{name}": value for before in ("", "blurred-") for name, value in values.items()}


def _make_ansi() -> TextualTheme:
    return TextualTheme(
        name=name_theme(ANSI),
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_magenta",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_cyan",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            **ANSI_TONES,
            **_name_cursor("ansi_default", "ansi_default", "bold underline"),
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "input-cursor-background": "ansi_white",
            "input-cursor-foreground": "ansi_black",
            "input-cursor-text-style": "none",
            "input-selection-background": "ansi_bright_blue",
            "input-selection-foreground": "ansi_black",
            "screen-selection-background": "ansi_bright_blue",
            "screen-selection-foreground": "ansi_black",
            "border-blurred": "ansi_bright_black",
        },
    )
