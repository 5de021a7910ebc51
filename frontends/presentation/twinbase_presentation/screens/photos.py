"""The photos of a visit: which there are, where each is on its way, and those that are added or go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.replica import Replica
from twinbase.replica.attachments.state import AttachmentState
from twinbase_mobile.reading import Photo, read_job
from twinbase_mobile.reasons import make_reason
from twinbase_mobile.rules import is_closed
from twinbase_mobile.tables import Intervention, InterventionPhoto
from twinbase_mobile.tables.kinds import BlobState, PhotoPhase
from twinbase_presentation.acts.photos import add_photo, delete_photo, describe_photo
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_error, say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import Form
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.runner import FILES
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

PHASES = (PhotoPhase.BEFORE, PhotoPhase.DURING, PhotoPhase.AFTER, PhotoPhase.METER, PhotoPhase.NAMEPLATE)
CAPTION_MAX = 200


@dataclass(frozen=True, slots=True)
class PhotoTile:
    """One photo. `mark`: how it stands with the server, as a mark of a row says it. `percent`: how much of it the
    server has, None while nothing is sent. `why_kept`: why it cannot be deleted, "" where it can. `problem`: why it
    does not go on."""

    photo: Photo
    phase: str
    mark: str
    percent: int | None
    why_kept: str
    problem: str

    @property
    def id(self) -> UUID:
        return self.photo.id

    @property
    def name(self) -> str:
        """What it is called: what is said of it, else when it was taken."""
        return self.photo.caption or self.phase


@dataclass(frozen=True, slots=True)
class PhotosShown:
    """The photos in the order in which they were taken."""

    number: str
    title: str
    tiles: tuple[PhotoTile, ...]
    is_read_only: bool


class PhotosModel(ScreenModel[PhotosShown | None]):
    """S08. `phase`: of the next photo; it stays chosen between two of them, and over a restart."""

    watched = (Intervention, InterventionPhoto)

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, Route("visit", visit, "photos"))
        self.visit, self.phase = visit, PhotoPhase.BEFORE

    @property
    def title(self) -> str:
        return self.workday.language.say("Photos")

    @property
    def tiles(self) -> tuple[PhotoTile, ...]:
        """Without one that is being deleted."""
        shown = self.shown
        return tuple(one for one in shown.tiles if not self.workday.held.hides(one.id)) if shown else ()

    @property
    def phases(self) -> tuple[tuple[PhotoPhase, str], ...]:
        """What a photo may be of, in words."""
        return tuple((one, say_word(self.workday.language, one)) for one in PHASES)

    def list_topics(self) -> Iterable[str]:
        return [*super().list_topics(), FILES]

    async def open(self) -> None:
        """Read it, and which phase was chosen last."""
        self.phase = await read_phase(self.workday, self.visit)
        await super().open()

    def find(self, id_: UUID) -> PhotoTile | None:
        """One of them."""
        return next((one for one in self.tiles if one.id == id_), None)

    def choose_phase(self, phase: PhotoPhase) -> None:
        """The next photos are of this phase."""
        self.phase = phase
        route = str(self.route)
        self.workday.spawn(self.workday.runner.ask(lambda replica: replica.drafts.set(route, "phase", phase.value)))
        self._tell()

    async def read_from(self, replica: Replica, now: datetime) -> PhotosShown | None:
        async with replica.read() as session:
            job = await read_job(session, self.visit, now=now, zone=self.workday.zone)
        if job is None:
            return None
        closed = is_closed(job.visit.status)
        states = await replica.attachments.list_states(one.sha256 for one in job.photos if one.sha256)
        language = self.workday.language
        tiles = tuple(
            make_tile(photo, states.get(photo.sha256 or ""), language, is_closed=closed) for photo in job.photos
        )
        title = job.visit.title or job.visit.type or language.say("Visit")
        return PhotosShown(job.visit.number, title, tiles, closed)

    async def make_form(self, tile: PhotoTile) -> Form:
        """What is seen on a photo, and when it was taken."""
        say = self.workday.language.say
        choices = tuple(FieldChoice(phase.value, word) for phase, word in self.phases)
        fields = (
            FormField("caption", say("What is seen on it")),
            FormField("phase", say("Phase"), "choice", is_required=True, choices=choices),
        )
        form = Form(self.workday, Route("visit", self.visit, f"photos/{tile.id}"), fields)
        phase = tile.photo.phase if tile.photo.phase in PHASES else None
        await form.load({"caption": tile.photo.caption or None, "phase": phase and phase.value})
        return form

    async def save(self, tile: PhotoTile, form: Form) -> Done:
        """Keep what is said of it."""
        if not form.validate():
            return Done(fault=form.fault or self.workday.language.say("Correct what is marked."))
        caption, phase = str(form.values["caption"] or "")[:CAPTION_MAX], PhotoPhase(form.values["phase"])
        fault = await self.workday.runner.write(lambda session: describe_photo(session, tile.id, caption, phase))
        if fault is not None:
            return Done(fault=say_reason(self.workday.language, fault))
        await form.forget()
        await self.load()
        return Done(self.workday.language.say("Kept. It is sent as soon as possible."))

    async def delete(self, tile: PhotoTile) -> Done:
        """Take it away; it can be undone for some seconds."""
        if tile.why_kept:
            return Done(fault=tile.why_kept)

        async def write() -> None:
            await self.workday.runner.write(lambda session: delete_photo(session, tile.id))

        return await self.workday.held.hold(self.workday.language.say("Photo deleted."), write, tile.id)


async def read_phase(workday: Workday, visit: UUID) -> PhotoPhase:
    """Which phase was chosen last for the photos of a visit."""
    route = str(Route("visit", visit, "photos"))
    text = await workday.runner.ask(lambda replica: replica.drafts.get(route, "phase"))
    return PhotoPhase(text) if text in [one.value for one in PHASES] else PhotoPhase.BEFORE


async def take_photos(
    workday: Workday, visit: UUID, pictures: Iterable[Path | bytes], note_taken: Callable[[], None] = lambda: None
) -> Done:
    """Add pictures to a visit, in the phase that is chosen. Those that can be read are kept, and of the first one that
    cannot be it is said why. `note_taken` is called after each: a dozen of a good camera take seconds."""
    say, phase = workday.language.say, await read_phase(workday, visit)
    kept, fault = 0, ""
    for picture in pictures:
        problem = await _take(workday, visit, picture, phase)
        kept += not problem
        fault = fault or problem
        note_taken()
    said = workday.language.count("{n} photo kept.", "{n} photos kept.", kept) if kept else ""
    if fault:
        return Done(fault=f"{said} {fault}".strip())
    return Done(said or say("No picture is chosen."), go=Route("visit", visit, "photos"))


async def _take(workday: Workday, visit: UUID, picture: Path | bytes, phase: PhotoPhase) -> str:
    """Keep one; answers why it is not kept."""
    language, stamp = workday.language, make_stamp(workday)
    try:
        taken = await workday.runner.ask(lambda replica: replica.attachments.take_photo(picture))
        written = await workday.runner.write(lambda session: add_photo(session, visit, taken, phase, stamp))
    except TwinbaseError as error:
        return say_error(language, error)
    except (OSError, ValueError):
        return language.say("This file cannot be read. Choose another one.")
    if written is False:
        return language.say("This picture is on the visit already.")
    return "" if written is True else say_reason(language, written)


def make_tile(photo: Photo, state: AttachmentState | None, language: Language, *, is_closed: bool) -> PhotoTile:
    """A photo with where its bytes are: the row may be sent, and they may not be."""
    sending = state is not None and state.where == "sending"
    percent = 100 * state.sent // state.total if state and sending and state.total else None
    mark = photo.mark.state
    if mark == "synced" and state is not None:
        mark = {"refused": "refused", "sending": "pending", "here": "pending"}.get(state.where, "synced")  # type: ignore[assignment]
    problem = state.reason if state is not None and state.where in ("refused", "sending") else ""
    why = _say_why_kept(photo, state, language, closed=is_closed)
    return PhotoTile(
        photo, say_word(language, photo.phase), mark, percent, why, language.translate(problem) if problem else ""
    )


def _say_why_kept(photo: Photo, state: AttachmentState | None, language: Language, *, closed: bool) -> str:
    """Why it cannot be deleted: it is the office's too, from the first byte on."""
    is_sent = photo.blob_state in (BlobState.UPLOADING, BlobState.STORED)
    is_sent = is_sent or (state is not None and (state.where == "stored" or state.sent > 0))
    if is_sent:
        return say_reason(language, make_reason("photo_sent"))
    return language.say("The visit is done: ask the office to open it again.") if closed else ""
