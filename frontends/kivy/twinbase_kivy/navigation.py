"""Where somebody is, and the way back: routes and ids, kept over a kill, and no data of customers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twinbase_presentation.route import Route

STACK_MAX = 20


@dataclass(frozen=True, slots=True)
class Stop:
    """A screen on the way, and how far it was scrolled."""

    route: Route
    passed: float = 0.0


class BackStack:
    """The way from a place to what is shown. The first stop is always a place; going to another place begins anew."""

    def __init__(self, home: Route, file: Path | None = None) -> None:
        self._home, self._file = home, file
        self._stops = self._read() or [Stop(home)]

    @property
    def stops(self) -> Sequence[Stop]:
        """From the place on."""
        return tuple(self._stops)

    @property
    def top(self) -> Stop:
        """What is shown."""
        return self._stops[-1]

    def enter_place(self, route: Route) -> None:
        """Go to a place of the navigation."""
        self._set([Stop(route)])

    def go(self, route: Route) -> None:
        """Show a screen on top of this one. One that is on the way already is gone back to."""
        for depth, stop in enumerate(self._stops):
            if stop.route == route:
                self._set(self._stops[: depth + 1])
                return
        self._set([*self._stops, Stop(route)][-STACK_MAX:])

    def go_beside(self, route: Route) -> None:
        """Show it as the detail of the place: on a wide screen, in place of the detail before it."""
        self._set([self._stops[0], Stop(route)])

    def go_back(self) -> bool:
        """One screen back; from a place to the first place, and False from there."""
        if len(self._stops) > 1:
            self._set(self._stops[:-1])
        elif self.top.route != self._home:
            self._set([Stop(self._home)])
        else:
            return False
        return True

    def note_passed(self, route: Route, passed: float) -> None:
        """Remember how far a screen is scrolled, for when somebody comes back to it."""
        self._set([Stop(stop.route, passed) if stop.route == route else stop for stop in self._stops])

    def _set(self, stops: list[Stop]) -> None:
        self._stops = stops
        if self._file is not None:
            said = [{"route": str(stop.route), "passed": round(stop.passed)} for stop in stops]
            self._file.write_text(json.dumps({"stops": said}))

    def _read(self) -> list[Stop]:
        """Nothing, where there is no file or it is not ours: then the day begins at home."""
        if self._file is None or not self._file.exists():
            return []
        try:
            said = json.loads(self._file.read_text())["stops"]
            return [Stop(Route.parse(one["route"]), float(one["passed"])) for one in said]
        except (ValueError, KeyError, TypeError):
            return []
