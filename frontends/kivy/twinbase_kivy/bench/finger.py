"""A finger on the glass, as Kivy tells of one."""

from kivy.base import EventLoop
from kivy.input.motionevent import MotionEvent

from twinbase_kivy.bench.frames import pass_frame


class Finger(MotionEvent):
    """`put_down`, `move_to` another place, `lift_off`. Pixels of the window, from its lower left corner."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__("bench", 1, _share(x, y), is_touch=True, type_id="touch")
        self.profile = ["pos"]

    def depack(self, args: dict[str, float]) -> None:
        """Kivy calls it with where it is."""
        self.sx, self.sy = args["x"], args["y"]
        super().depack(args)

    def put_down(self) -> None:
        """It touches."""
        EventLoop.post_dispatch_input("begin", self)

    def move_to(self, x: float, y: float) -> None:
        """It moves while it touches."""
        self.move(_share(x, y))
        EventLoop.post_dispatch_input("update", self)

    def lift_off(self) -> None:
        """It is gone."""
        EventLoop.post_dispatch_input("end", self)


async def flick_page(x: float, start: float, end: float, frames: int = 7) -> None:
    """From one height to another, and away: what is under it goes on for a while."""
    finger = Finger(x, start)
    finger.put_down()
    for step in range(1, frames + 1):
        await pass_frame()
        finger.move_to(x, start + (end - start) * step / frames)
    finger.lift_off()


def _share(x: float, y: float) -> dict[str, float]:
    window = EventLoop.window
    return {"x": x / (window.width - 1.0), "y": y / (window.height - 1.0)}
