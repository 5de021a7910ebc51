"""Hours: what runs, the week to choose a day of, the day with its lines and gaps."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from twinbase_kivy.boxes import Box, grow
from twinbase_kivy.flow_boxes import Halves, TwoColumns
from twinbase_kivy.marks import mark_of
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.day_bar import DayBar, DayBlock, DayCell
from twinbase_kivy.screens.today import TimerWords
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import CardBox, SectionCard, TintBox, divide
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_mobile.reading import Entry
from twinbase_mobile.tables.kinds import Claim, WorkKind
from twinbase_presentation import Route
from twinbase_presentation.screens.hours import HoursGap, HoursModel, HoursShown
from twinbase_presentation.tokens import SPACE, Hue
from twinbase_presentation.words import say_word

NEW_LINE = Route("hours", None, "line")
KINDS: dict[WorkKind, Hue] = {WorkKind.TRAVEL: "violet", WorkKind.ABSENCE: "primary"}
CHANGEABLE = (Claim.DRAFT, Claim.REJECTED)


class HoursPage(PageView):
    """S13."""

    is_kept = True
    model: HoursModel

    def make_head(self) -> Box:
        shown = self.model.shown
        return self.title_bar(self.model.title, shown.summary if shown else "")

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        fault = self.faults.get("submit") or self.faults.get("delete")
        cards = (TimerCard(shown, self), WeekCard(shown, self), LinesCard(shown, self))
        return [TintBox("refused", fault, hue="red") if fault else None, TwoColumns(*cards, gap=SPACE.m, narrow_dp=700)]

    def make_foot(self) -> Box | None:
        submit = self.find_command("submit")
        if submit is None or not submit.is_enabled:
            return None
        return PushButton(submit.label, self.act_of(submit), icon="send", filling="tonal", main=True)

    def press_key(self, said: str) -> bool:
        """The day before and the one after, and a new line."""
        if said in ("left", "right"):
            self.move(-1 if said == "left" else 1)
        elif said == "n":
            self.guide.go(NEW_LINE)
        else:
            return False
        return True

    def list_keys(self) -> Sequence[tuple[str, str]]:
        return ("left / right", self.say("The day before, and the day after")), ("n", self.say("Add a line"))

    def choose_act(self, day: date) -> Act:
        """What a touch on a day does."""
        return lambda: self.guide.workday.spawn(self.model.choose_day(day))

    def move(self, days: int) -> None:
        """Show the day that is so many later."""
        if self.model.shown is not None:
            self.guide.workday.spawn(self.model.choose_day(self.model.shown.day + timedelta(days=days)))


class TimerCard(CardBox):
    """What runs and since when; or the button that begins it."""

    def __init__(self, shown: HoursShown, page: HoursPage) -> None:
        running, language = shown.running, page.guide.workday.language
        if running is None or running.start is None:
            start = page.find_command("start")
            super().__init__(
                Row(IconMark("timer", "text2"), grow(Words(page.say("No timer runs."), "body", "text2")), gap=SPACE.m),
                page.command_button(start, main=True) if start else None,
                gap=SPACE.m,
            )
            return
        who = "\u00a0· ".join(part for part in (_title_of(running), say_word(language, running.activity)) if part)
        stop = page.find_command("forgotten") or page.find_command("stop")
        since = language.say("since {time}", time=page.say_when(running.start))
        super().__init__(
            Row(IconMark("timer", "green"), grow(Words(who, "label", "green")), gap=SPACE.m),
            TimerWords(running.start, page.guide, "display", "text"),
            Row(grow(Words(since, "small", "text3")), mark_of(running.mark, language), gap=SPACE.s),
            TintBox("warning", shown.long, hue="amber") if shown.long else None,
            page.command_button(stop, main=True) if stop else None,
            gap=SPACE.m - 2,
        )


class WeekCard(CardBox):
    """Seven days to touch, the weeks beside, and what the week comes to."""

    def __init__(self, shown: HoursShown, page: HoursPage) -> None:
        language, today = page.guide.workday.language, page.guide.workday.today
        super().__init__(
            Row(
                IconButton("previous", page.say("The week before"), lambda: page.move(-7)),
                grow(Words(language.format_month(shown.day).capitalize(), "subtitle", align="centre")),
                IconButton("next", page.say("The week after"), lambda: page.move(7)),
            ),
            Halves(
                *(
                    DayCell(
                        language.format_weekday(one.day),
                        str(one.day.day),
                        language.format_long_day(one.day),
                        page.choose_act(one.day),
                        chosen=one.day == shown.day,
                        today=one.day == today,
                        dot=bool(one.entries),
                    )
                    for one in shown.week.days
                )
            ),
            Words(shown.balance, "small", "text3", align="centre"),
            gap=SPACE.xs,
            edges=(SPACE.s, SPACE.xs, SPACE.s, SPACE.m),
        )


class LinesCard(SectionCard):
    """The day: its blocks, its lines, and what is written of no time between them."""

    def __init__(self, shown: HoursShown, page: HoursPage) -> None:
        language, held = page.guide.workday.language, page.guide.workday.held
        entries = [one for one in shown.entries if not held.hides(one.id)]
        now = page.guide.workday.read_now()
        blocks = [*_list_blocks(entries, now), *(DayBlock(gap.start, gap.end, "amber", True) for gap in shown.gaps)]
        rows = sorted([*_list_lines(entries, page), *_list_gaps(shown.gaps, page)], key=lambda pair: pair[0])
        day = next(one for one in shown.week.days if one.day == shown.day)
        nothing = None if rows else Words(page.say("Nothing is written on this day."), "body", "text3")
        super().__init__(
            "clock",
            language.format_long_day(shown.day),
            DayBar(blocks, language.format_long_day(shown.day)) if blocks else None,
            nothing,
            *divide([row for _, row in rows]),
            count=language.format_minutes(day.worked + day.absent) if rows else "",
            act=IconButton("add", page.say("Add a line"), page.open_act(NEW_LINE), hue="primary"),
            gap=SPACE.s,
        )


def _list_blocks(entries: Sequence[Entry], now: datetime) -> Iterator[DayBlock]:
    """What runs ends now; a line without times is no block."""
    for entry in entries:
        end = entry.end or (now if entry.start and entry.start.date() == now.date() else None)
        if entry.start is not None and end is not None and end.date() == entry.start.date():
            hue = "green" if entry.end is None else KINDS.get(entry.activity, "grey")
            yield DayBlock(entry.start, end, hue)


def _list_lines(entries: Sequence[Entry], page: HoursPage) -> Iterator[tuple[str, Box]]:
    """Each with the time that it is sorted by."""
    for entry in entries:
        yield _say_clock(entry.start), _make_line(entry, page)


def _make_line(entry: Entry, page: HoursPage) -> Box:
    language = page.guide.workday.language
    is_running = entry.start is not None and entry.end is None and not entry.minutes
    kind = say_word(language, entry.activity)
    title = _title_of(entry)
    times = f"{_say_clock(entry.start)}–{_say_clock(entry.end)}" if entry.start else ""  # noqa: RUF001
    if is_running:
        times = language.say("since {time}", time=_say_clock(entry.start))
    state = entry.rejection_reason or (say_word(language, entry.state) if entry.state != Claim.DRAFT else "")
    sub = "\u00a0· ".join(part for part in (times, kind if title else "", state) if part)
    return LineRow(
        title or kind,
        sub,
        act=page.open_act(Route("hours", entry.id, "line")) if entry.state in CHANGEABLE and not is_running else None,
        mark=mark_of(entry.mark, language),
        figure="" if is_running else language.format_minutes(entry.minutes),
        sub_colour="red" if entry.state == Claim.REJECTED else "text3",
    )


def _list_gaps(gaps: Sequence[HoursGap], page: HoursPage) -> Iterator[tuple[str, Box]]:
    for gap in gaps:
        times = f"{_say_clock(gap.start)}–{_say_clock(gap.end)}"  # noqa: RUF001
        opens = page.open_act(Route("hours", None, f"gap/{_say_clock(gap.start)}"))
        yield _say_clock(gap.start), LineRow(gap.said, times, act=opens, icon="add", icon_colour="amber",
                                             title_colour="amber")  # fmt: skip


def _title_of(entry: Entry) -> str:
    return entry.visit or entry.customer or entry.comment


def _say_clock(moment: datetime | None) -> str:
    return moment.strftime("%H:%M") if moment is not None else ""
