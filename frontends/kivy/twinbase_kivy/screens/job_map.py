"""A map of visits on the glass: rings, the way of a day, and pins that can be touched."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from kivy.metrics import dp

from twinbase_kivy.boxes import Box
from twinbase_kivy.drawing import cut_off, paint_circle, paint_dot, paint_edge, paint_ground, paint_shadow, paint_way
from twinbase_kivy.look import look
from twinbase_kivy.screens.visit_lines import hue_of_row
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Language
from twinbase_presentation.screens.job_map import JobMap
from twinbase_presentation.screens.map_drawing import DrawnMap, MapPin, MapRing, draw_map
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue

LEAST_DP = 264
SPOT_DP, GROUP_DP, CHOSEN_DP, HERE_DP = 34, 38, 44, 56
"""How large a pin looks: smaller than the finger that touches it."""
LABELLED = ((0, -1), (0.5, -0.87), (-0.5, -0.87), (0.87, -0.5), (-0.87, -0.5), (0.87, 0.5), (-0.87, 0.5), (0, 1))
"""Where on a ring its words may stand, to the east and the north: below first, then up at both sides."""
Pixels = tuple[float, float]


class MapPinSpot(Touchable):
    """A visit as a spot in the colour of its status, with its number in the list; several as a ring, with how many."""

    def __init__(self, pin: MapPin, act: Act, language: Language, chosen: UUID | None) -> None:
        self.pin = pin
        self.is_chosen = any(visit.row.id == chosen for visit in pin.visits)
        self.is_group = len(pin.visits) > 1
        self.hue = _find_hue(pin)
        said = str(len(pin.visits) if self.is_group else pin.visits[0].number)
        front = "text" if self.is_group else HUES[self.hue].on_strong
        words = Words(said, "label" if len(said) < 3 else "tiny", front, align="centre")
        super().__init__(act, words, name=_say_pin(pin, language), role="link", radius=SPACE.target / 2)

    def paint_below(self) -> None:
        colour, surface = look.find_colour(HUES[self.hue].strong), look.find_colour("surface")
        size = dp(GROUP_DP if self.is_group else SPOT_DP) * look.text_scale**0.5
        across = min(size, dp(CHOSEN_DP - 6))
        if self.is_chosen:
            paint_dot(self.canvas.before, self.center, dp(CHOSEN_DP + 2), look.find_colour("text"))
        paint_dot(self.canvas.before, self.center, max(across + dp(4), self.is_chosen * dp(CHOSEN_DP - 2)), surface)
        paint_dot(self.canvas.before, self.center, across, colour)
        if self.is_group:
            paint_dot(self.canvas.before, self.center, across - dp(7), surface)


class JobMapBox(Box):
    """Where the visits are. `touched`: what a touch on a pin does; `chosen`: the visit that is shown beside or below.

    As large as what the page leaves for it: what is too near to be told apart depends on that, so the pins are made
    when the room is known.
    """

    def __init__(self, jobs: JobMap, language: Language, touched: Callable[[MapPin], Act], chosen: UUID | None) -> None:
        super().__init__(role="img")
        self.jobs, self.language, self.chosen = jobs, language, chosen
        self._touched = touched
        self.drawn: DrawnMap | None = None
        self._drawn_for: tuple[float, ...] = ()
        self._labels: Sequence[Words] = ()
        self.pins: Sequence[MapPinSpot] = ()
        self.grows = True

    def height_for(self, width: float) -> float:
        return round(dp(LEAST_DP))

    def arrange(self) -> None:
        if self._drawn_for != tuple(self.size):
            self._drawn_for = tuple(self.size)
            self.drawn = draw_map(self.jobs, self.width / dp(1), self.height / dp(1))
            self.pins = [MapPinSpot(pin, self._touched(pin), self.language, self.chosen) for pin in self.drawn.pins]
        side = round(dp(SPACE.target))
        for spot in self.pins:
            x, y = self._spot(spot.pin.x, spot.pin.y)
            spot.place(x - side / 2, y - side / 2, side, side)
        rings = self.drawn.rings if self.drawn else ()
        labels = [(ring, Words(_say_ring(ring.km, self.language), "tiny", "text3")) for ring in rings]
        self._labels = [words for ring, words in labels if self._stand_on(ring, words)]
        self.hold([*self._labels, *self.pins])

    def paint(self) -> None:
        self.canvas.before.clear()
        rect, radius = (*self.pos, *self.size), dp(RADIUS.card)
        surface = look.find_colour("surface")
        paint_shadow(self.canvas.before, rect, radius)
        if look.theme.outlined:
            paint_edge(self.canvas.before, rect, look.find_colour("outline"), radius, surface)
        else:
            paint_ground(self.canvas.before, rect, surface, radius)
        if self.drawn is not None:
            self._paint_rings(self.drawn)
            self._paint_way(self.drawn)

    def _paint_rings(self, drawn: DrawnMap) -> None:
        middle, edge = self._spot(*drawn.middle), dp(2)
        with cut_off(self.canvas.before, (self.x + edge, self.y + edge, self.width - 2 * edge, self.height - 2 * edge)):
            for ring in drawn.rings:
                paint_circle(self.canvas.before, middle, dp(2 * ring.radius), look.find_colour("divider"), 1.4)
            if self.jobs.here is not None:
                paint_dot(self.canvas.before, middle, dp(HERE_DP), look.find_colour("primary", 0.2))
                paint_dot(self.canvas.before, middle, dp(16), look.find_colour("primary"))
        for words in self._labels:
            around = (words.x - dp(4), words.y, words.width + dp(8), words.height)
            paint_ground(self.canvas.before, around, look.find_colour("surface"))

    def _paint_way(self, drawn: DrawnMap) -> None:
        if len(drawn.way) > 1:
            spots = [self._spot(pin.x, pin.y) for pin in drawn.way]
            paint_way(self.canvas.before, spots, look.find_colour("primary", 0.6), 2.4)

    def _spot(self, x: float, y: float) -> Pixels:
        return self.x + dp(x), self.y + dp(y)

    def _stand_on(self, ring: MapRing, words: Words) -> bool:
        """Put the words where they lie on no pin and stick out nowhere; False where no such place is."""
        wide, high = words.width_wanted(), words.line_height()
        for x, y in self._list_places(ring):
            box = (x - wide / 2, y - high / 2, wide, high)
            if self._is_inside(box) and not any(_meet(box, (*pin.pos, *pin.size)) for pin in self.pins):
                words.place(*box)
                return True
        return False

    def _list_places(self, ring: MapRing) -> Iterator[Pixels]:
        assert self.drawn is not None
        x, y = self._spot(*self.drawn.middle)
        for east, north in (
            (0, -1),
            (0.5, -0.87),
            (-0.5, -0.87),
            (0.87, -0.5),
            (-0.87, -0.5),
            (0.87, 0.5),
            (-0.87, 0.5),
            (0, 1),
        ):
            yield x + dp(ring.radius) * east, y + dp(ring.radius) * north

    def _is_inside(self, box: tuple[float, float, float, float]) -> bool:
        x, y, wide, high = box
        edge = dp(SPACE.s)
        across = self.x + edge <= x and x + wide <= self.right - edge
        return across and self.y + edge <= y and y + high <= self.top - edge


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    room = dp(4)
    apart_x = one[0] + one[2] + room <= other[0] or other[0] + other[2] + room <= one[0]
    return not apart_x and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]


def _find_hue(pin: MapPin) -> Hue:
    """That something is urgent is to be seen from outside; else what all of them are."""
    hues = {hue_of_row(visit.row) for visit in pin.visits}
    return "red" if "red" in hues else next(iter(hues)) if len(hues) == 1 else "primary"


def _say_pin(pin: MapPin, language: Language) -> str:
    """What a reader is told of it: its number, and all that its colour says."""
    if len(pin.visits) > 1:
        said = language.count("{n} visit", "{n} visits", len(pin.visits))
        return f"{said}: {', '.join(str(visit.number) for visit in pin.visits)}"
    row = pin.visits[0].row
    chips = [chip.said for chip in row.chips]
    parts = (str(pin.visits[0].number), row.time, row.title, row.place, row.status, *chips)
    return ", ".join(part for part in parts if part)


def _say_ring(km: float, language: Language) -> str:
    """`2 km`, `500 m`."""
    if km < 1:
        return f"{language.format_number(round(km * 1000))}\u00a0m"
    return f"{language.format_number(round(km))}\u00a0km"
