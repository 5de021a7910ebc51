"""The page on which a person chooses a password. It needs nothing from elsewhere, and works without its script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from secrets import token_urlsafe
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from twinbase_server.links.words import WORDS, LinkLanguage


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What it shows: the form, with what was wrong with the last try (a key of WORDS); or how it ended."""

    state: Literal["form", "done", "gone"] = "form"
    wrong: str = ""
    email: str = ""
    secret: str = field(default="", repr=False)


def render_page(page: LinkPage, language: LinkLanguage) -> tuple[str, Mapping[str, str]]:
    """The page, and the headers that it must go with: it runs its own script alone, is framed by nobody, kept nowhere,
    and tells nobody where its reader came from."""
    words, nonce = WORDS[language], token_urlsafe(16)
    heading = words["title" if page.state == "form" else f"{page.state}_title"]
    html = _load_template().render(
        language=language,
        nonce=nonce,
        heading=heading,
        words=words,
        state=page.state,
        wrong=words[page.wrong] if page.wrong else "",
        email=page.email,
        secret=page.secret,
    )
    return html, {
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }


@cache
def _load_template() -> Template:
    environment = Environment(
        loader=PackageLoader("twinbase_server.links", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html.j2")
