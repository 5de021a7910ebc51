"""A customer as text: how to reach him, where he is and what stands there, what is to come and what was."""

from collections.abc import Iterable
from datetime import date

from textual.content import Content

from twinbase_mobile.reading import Equipment, Site
from twinbase_presentation import Language
from twinbase_presentation.screens.customer import CustomerShown, say_appliance, say_contract, say_cover
from twinbase_presentation.words import say_word
from twinbase_textual.day.glyphs import find_mark, join_parts, say_mark, say_status
from twinbase_textual.day.visit_text import TextLines

HISTORY_SHOWN = 12
NOTES_SHOWN = 8


def compose_customer(shown: CustomerShown, language: Language, today: date) -> Content:
    """All of him, in sections; those without anything are left out."""
    sections = (
        _head(shown, language),
        *(_site(site, language) for site in shown.facts.sites),
        _titled(language.say("Equipment"), (_appliance(one, language) for one in shown.facts.elsewhere)),
        _titled(language.say("Contacts"), _people(shown)),
        _titled(language.say("Visits to come"), _coming(shown, language)),
        _titled(language.say("Contracts"), _contracts(shown, language, today)),
        _titled(language.say("Incidents"), _incidents(shown, language)),
        _titled(language.say("Tickets"), _tickets(shown)),
        _titled(language.say("Earlier visits"), _history(shown, language)),
        _titled(language.say("Notes"), _notes(shown, language)),
    )
    texts = [Content("\n").join(list(lines)) for lines in sections]
    return Content("\n\n").join([text for text in texts if text.plain])


def _titled(title: str, lines: Iterable[Content]) -> TextLines:
    """The title over its lines; nothing where there are none."""
    found = list(lines)
    if found:
        yield Content.styled(title, "bold $foreground")
        yield from found


def _head(shown: CustomerShown, language: Language) -> TextLines:
    facts = shown.facts
    yield Content.styled(facts.name or facts.code, "bold $foreground")
    yield Content.styled(join_parts(facts.code, facts.mobile or facts.phone, facts.email), "$tone-hint")
    for chip in shown.chips:
        yield Content.styled(f"! {chip.said}" if chip.tone in ("red", "amber") else chip.said, f"$tone-{chip.tone}")
    for text in (facts.notes, facts.technical_sheet):
        if text:
            yield Content(text)


def _site(site: Site, language: Language) -> TextLines:
    title = site.label or (language.say("Main site") if site.is_main else language.say("Site"))
    yield Content.styled(title, "bold $foreground")
    street = ", ".join(part for part in (*site.address, f"{site.zip_code} {site.city}".strip()) if part)
    if street:
        yield Content(street)
    if site.access_notes:
        mark = say_mark(site.mark.state, language)
        said = join_parts(language.say("Access") + f"  {site.access_notes}", mark)
        yield Content.styled(said, "$tone-amber on $warn-ground")
    yield from (_appliance(one, language) for one in site.equipment)


def _appliance(one: Equipment, language: Language) -> Content:
    said = join_parts(say_appliance(one, language), say_cover(one.covered, language))
    return Content.assemble(one.caption or one.product or one.code, (f"  {said}" if said else "", "$tone-grey"))


def _people(shown: CustomerShown) -> TextLines:
    for one in shown.facts.contacts:
        person = one.person
        said = join_parts(person.function, one.department, person.mobile or person.phone, person.email)
        yield Content.assemble(person.name, (f"  {said}" if said else "", "$tone-grey"))


def _coming(shown: CustomerShown, language: Language) -> TextLines:
    for row in shown.coming:
        start = row.visit.start
        when = join_parts(language.format_day(start.date()), row.time) if start else language.say("No date")
        yield Content.assemble((f"{when}  ", "$tone-grey"), row.title, (f"  {say_status(row)}", f"$tone-{row.tone}"))


def _contracts(shown: CustomerShown, language: Language, today: date) -> TextLines:
    for one in shown.facts.contracts:
        state = language.say("In force") if one.in_force else ""
        said = join_parts(say_contract(one, language, today), say_cover(one.covers, language))
        yield Content.assemble(
            one.caption or one.code, (f"  {state}" if state else "", "$tone-green"), (f"  {said}", "$tone-grey")
        )


def _incidents(shown: CustomerShown, language: Language) -> TextLines:
    for one in shown.facts.incidents:
        said = join_parts(say_word(language, one.severity), say_word(language, one.status))
        yield Content.assemble(one.caption or one.code, (f"  {said}", "$tone-grey"))


def _tickets(shown: CustomerShown) -> TextLines:
    for one in shown.facts.tickets:
        yield Content.assemble(f"#{one.number} {one.subject}".strip(), (f"  {one.status}", "$tone-grey"))


def _history(shown: CustomerShown, language: Language) -> TextLines:
    for one in shown.facts.history[:HISTORY_SHOWN]:
        when = language.format_date(one.start.date()) if one.start else ""
        yield Content.assemble((f"{when}  ", "$tone-grey"), one.title or one.number, (f"  {one.by}", "$tone-grey"))
        if one.report:
            yield Content.styled(f"  {one.report}", "$tone-grey")


def _notes(shown: CustomerShown, language: Language) -> TextLines:
    for one in shown.facts.timeline[:NOTES_SHOWN]:
        glyph, tone = find_mark(one.mark.state)
        when = language.format_date(one.occurred_at.date()) if one.occurred_at else ""
        said = ": ".join(part for part in (one.title, one.body) if part)
        yield Content.assemble(
            (f"{glyph} ", f"$tone-{tone}"), said, (f"  {join_parts(one.author, when)}", "$tone-grey")
        )
