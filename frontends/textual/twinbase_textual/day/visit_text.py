"""A visit as text: its cards one below the other, what is to be done next first."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from textual.content import Content

from twinbase.screens import BlocksCard
from twinbase_mobile.reading import Checklist, Item, Mark
from twinbase_mobile.rules import Judgement
from twinbase_presentation import Language
from twinbase_presentation.screens.refusals import RefusedCard
from twinbase_presentation.screens.visit import VisitShown
from twinbase_presentation.screens.visit_rows import say_times
from twinbase_presentation.status_line import Tone
from twinbase_presentation.words import say_word
from twinbase_textual.day.block_text import compose_blocks
from twinbase_textual.day.glyphs import find_mark, join_parts, say_mark, say_status

HISTORY_SHOWN = 3
STEP_KEYS = {"answer": "c", "report": "r", "signature": "g", "hours": "h"}
JUDGED: Mapping[Judgement, Tone] = {Judgement.ABNORMAL: "amber", Judgement.DANGER: "red"}
TextLines = Iterator[Content]
MakeLines = Callable[[VisitShown, Language], TextLines]


def compose_visit(
    shown: VisitShown, language: Language, now: datetime, brought: Sequence[tuple[str, BlocksCard]] = ()
) -> Content:
    """The whole visit. `brought`: the cards of plugins, each with its title."""
    sections = [_head(shown, language, now), *(_refused(card, language) for card in shown.refused)]
    sections += [CARDS[card](shown, language) for card in shown.cards if card in CARDS]
    sections += [_brought(title, card, language) for title, card in brought]
    texts = [Content("\n").join(list(lines)) for lines in sections]
    return Content("\n\n").join([text for text in texts if text.plain])


def _head(shown: VisitShown, language: Language, now: datetime) -> TextLines:
    row, visit = shown.row, shown.job.visit
    yield Content.styled(row.title, "bold $foreground")
    status = (say_status(row), f"bold $tone-{'primary' if row.tone == 'red' else row.tone}")
    since = (f" {_say_clock(now - shown.since)}" if shown.since else "", status[1])
    when = join_parts(visit.number, say_times(visit.start, visit.end, language))
    yield Content.assemble((f"{when} · " if when else "", "$tone-hint"), status, since)
    mark, _ = find_mark(visit.mark.state)
    for chip in row.chips:
        glyph = mark if chip.said == say_mark(visit.mark.state, language) else "!"
        yield Content.styled(f"{glyph} {chip.said}", f"$tone-{chip.tone}")


def _say_clock(span: timedelta) -> str:
    """`00:51:07`, and nothing of it counts: it is the time since a moment."""
    seconds = max(int(span.total_seconds()), 0)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _refused(card: RefusedCard, language: Language) -> TextLines:
    yield Content.styled(f"✗ {card.title}", "bold $tone-red")
    yield Content.styled(language.say("“{sentence}”").format(sentence=card.sentence), "$tone-red")


def _steps(shown: VisitShown, language: Language) -> TextLines:
    done, needed = shown.progress
    yield _title(language.say("Before you finish"), f"{done}/{needed}")
    for step in shown.steps:
        key = STEP_KEYS.get(step.id, "") if step.act else ""
        glyph, style = ("✓", "$tone-green") if step.is_done else ("○", "$tone-grey")
        spare = "" if step.is_needed or step.is_done else (f"  {language.say('not required')}", "$tone-grey")
        shown_key = (f"  {key}", "bold $tone-primary") if key else ""
        yield Content.assemble((f"{glyph} ", style), step.label, shown_key, spare)


def _customer(shown: VisitShown, language: Language) -> TextLines:
    job, visit = shown.job, shown.job.visit
    site = visit.place
    if site.access_notes:
        yield Content.styled(language.say("Access") + f"  {site.access_notes}", "$tone-amber on $warn-ground")
    yield Content.styled(join_parts(visit.customer or language.say("Customer"), visit.phone), "bold $foreground")
    if job.contact is not None:
        yield Content(join_parts(job.contact.name, job.contact.function))
    street = ", ".join(part for part in (*site.address[:2], f"{site.zip_code} {site.city}".strip()) if part)
    for text in (street, join_parts(site.label, *site.address[2:])):
        if text:
            yield Content.styled(text, "$tone-grey")


def _instructions(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Instruction from the office"))
    yield from (Content(text) for text in (shown.job.instructions, shown.job.office_notes) if text)


def _checklist(shown: VisitShown, language: Language) -> TextLines:
    lists = shown.job.checklists
    count = f"{sum(one.answered for one in lists)}/{sum(len(one.items) for one in lists)}"
    yield _title(language.say("Checklist"), count)
    yield from (_answer(item, language) for one in lists for item in _worth_showing(one))


def _worth_showing(checklist: Checklist) -> Iterable[Item]:
    return (item for item in checklist.items if item.value is not None or item.required)


def _answer(item: Item, language: Language) -> Content:
    value = say_answer(item, language)
    tone = JUDGED.get(item.judgement, "grey")
    if not value:
        return Content.assemble(("○ ", "$tone-grey"), item.label)
    return Content.assemble(_glyph(item.mark), f"{item.label}  ", (value, f"bold $tone-{tone}"))


def say_answer(item: Item, language: Language) -> str:
    """An answer as people write it, with its unit; "" where there is none."""
    if isinstance(item.value, bool):
        return language.say("Yes") if item.value else language.say("No")
    if isinstance(item.value, Decimal):
        return f"{language.format_number(item.value)}\u00a0{item.unit}".strip()
    return str(item.value or "")


def _parts(shown: VisitShown, language: Language) -> TextLines:
    parts = shown.job.parts
    yield _title(language.say("Parts used"), str(len(parts)) if parts else "")
    if not parts:
        yield Content.styled(language.say("No part yet."), "$tone-hint")
    for part in parts:
        figure = f"{language.format_number(part.quantity)}\u00a0{part.unit}".strip()
        yield _marked(part.mark, join_parts(part.label or part.code, part.serial_number), figure, language)


def _notes(shown: VisitShown, language: Language) -> TextLines:
    if shown.job.notes:
        yield _title(language.say("Notes"))
    for note in shown.job.notes:
        yield _marked(note.mark, note.body or note.title, note.author, language)


def _photos(shown: VisitShown, language: Language) -> TextLines:
    if shown.job.photos:
        yield _title(language.say("Photos"), str(len(shown.job.photos)))
    for photo in shown.job.photos:
        phase = say_word(language, photo.phase)
        yield _marked(photo.mark, photo.caption or phase, phase if photo.caption else "", language)


def _report(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Report"))
    yield Content(shown.job.report or shown.job.no_report_reason)


def _signatures(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Signature"))
    for one in shown.job.signatures:
        more = one.refusal_reason if one.refused else one.signer_quality
        yield _marked(one.mark, one.signer_name or say_word(language, one.role), more, language)


def _equipment(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Equipment"))
    for one in shown.job.appliances:
        yield Content(one.caption)
        if more := join_parts(one.serial_number, one.location_in_site):
            yield Content.styled(more, "$tone-hint")


def _team(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Team"))
    for one in shown.job.team:
        yield Content(join_parts(one.name, language.say("Leads the visit") if str(one.role) == "lead" else ""))


def _papers(shown: VisitShown, language: Language) -> TextLines:
    job = shown.job
    yield _title(language.say("Belongs to"))
    for one in (job.contract, job.project, job.incident, *job.tickets):
        if one is not None:
            yield Content(join_parts(one.code, one.caption))


def _history(shown: VisitShown, language: Language) -> TextLines:
    history = shown.job.history
    yield _title(language.say("Earlier visits"), str(len(history)))
    for one in history[:HISTORY_SHOWN]:
        yield Content(join_parts(language.format_date(one.start.date()) if one.start else "", one.title or one.number))
        if one.report:
            yield Content.styled(one.report, "$tone-hint")


def _deliveries(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Handed over"))
    yield from (Content(join_parts(one.destination, one.said or one.state)) for one in shown.job.deliveries)


def _files(shown: VisitShown, language: Language) -> TextLines:
    yield _title(language.say("Files"))
    yield from (Content(one.name) for one in shown.job.files)


def _brought(title: str, card: BlocksCard, language: Language) -> TextLines:
    yield _title(title, "" if card.count is None else str(card.count))
    yield compose_blocks(card.blocks, language)


def _title(text: str, count: str = "") -> Content:
    return Content.assemble((text, "bold $foreground"), (f"   {count}" if count else "", "$tone-hint"))


def _glyph(mark: Mark) -> tuple[str, str]:
    glyph, tone = find_mark(mark.state)
    return f"{glyph} ", f"$tone-{tone}"


def _marked(mark: Mark, text: str, more: str, language: Language) -> Content:
    """A line with its mark before it, and the mark's word behind."""
    _, tone = find_mark(mark.state)
    said = say_mark(mark.state, language)
    return Content.assemble(
        _glyph(mark), text, (f"  {more}" if more else "", "$tone-grey"), (f"  {said}" if said else "", f"$tone-{tone}")
    )


CARDS: Mapping[str, MakeLines] = {
    "before_finish": _steps,
    "customer": _customer,
    "instructions": _instructions,
    "checklist": _checklist,
    "parts": _parts,
    "notes": _notes,
    "photos": _photos,
    "report": _report,
    "signature": _signatures,
    "equipment": _equipment,
    "team": _team,
    "contract": _papers,
    "history": _history,
    "deliveries": _deliveries,
    "files": _files,
}
