"""A column may name content: what is declared is checked at start, and a device can neither forge it nor swap it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Enum, MetaData
from sqlmodel import Field, SQLModel

from twinbase import Attachment, Mirror, Plugins, hookimpl
from twinbase.attachment import IMAGES, PDF
from twinbase.errors import MirrorError
from twinbase.registry import Twin


class Base(SQLModel):
    metadata = MetaData()


class Blob(StrEnum):
    LOCAL = "local"
    STORED = "stored"
    FAILED = "failed"


class Light(StrEnum):
    RED = "red"


class Photo(Base, table=True):
    __tablename__ = "photos"
    id: UUID = Field(primary_key=True)
    sha256: str | None = Field(default=None, max_length=64)
    back_sha256: str | None = None
    short: str | None = Field(default=None, max_length=40)
    always: str = ""
    size_bytes: int | None = None
    mime: str | None = None
    state: Blob = Field(
        default=Blob.LOCAL,
        sa_type=Enum(Blob, values_callable=lambda kind: [*kind]),
        sa_column_kwargs={"server_default": "local"},
    )
    unfilled: str = "local"
    names: Blob | None = None
    light: Light | None = None
    hidden: str | None = None


FRONT = Attachment("sha256", size="size_bytes", mime="mime", state="state")
GIVEN, OTHER = "ab" * 32, "cd" * 32


def declare(*attachments: Any, **options: Any) -> Twin:
    class Plugin:
        @hookimpl
        def twinbase_mirrors(self) -> Iterable[Mirror]:
            yield Mirror(Photo, **{"hidden": ["hidden"], "direction": "both", **options}, attachments=attachments)

    return Plugins(Plugin()).registry["photos"]


def refusal(*attachments: Any, **options: Any) -> str:
    with pytest.raises(MirrorError) as caught:
        declare(*attachments, **options)
    return str(caught.value)


def say(twin: Twin, current: dict[str, Any] | None, written: dict[str, Any]) -> str:
    """What the guards say to a write; nothing when they let it through."""
    return " ".join(filter(None, (guard(current, written) for guard in twin.guards)))


def test_a_mirror_knows_its_attachments_by_the_column_of_the_hash() -> None:
    back = Attachment("back_sha256", types={PDF}, bytes_max=5)
    assert declare(FRONT, back).attachments == {"sha256": FRONT, "back_sha256": back}
    assert declare().attachments == {}
    assert FRONT.types == IMAGES


@pytest.mark.parametrize(
    ("attachment", "said"),
    [
        (Attachment("sha265"), "names 'sha265', which is no column that travels; those are id, sha256"),
        (Attachment("hidden"), "names 'hidden', which is no column that travels"),
        (Attachment("sha256", size="bytes"), "names 'bytes'"),
        (Attachment("id"), "part of the key"),
        (Attachment("short"), "cannot hold the 64 digits"),
        (Attachment("size_bytes"), "cannot hold the 64 digits"),
        (Attachment("state"), "cannot hold the 64 digits"),
        (Attachment("always"), "which is never empty"),
        (Attachment("sha256", size="mime"), "size='mime' is no whole number"),
        (Attachment("sha256", mime="size_bytes"), "mime='size_bytes' is no text"),
        (Attachment("sha256", state="light"), "state='light' cannot become 'stored'"),
        (Attachment("sha256", state="names"), "not one of LOCAL, STORED, FAILED"),
        (Attachment("sha256", state="size_bytes"), "state='size_bytes' cannot become 'stored'"),
        (Attachment("sha256", state="unfilled"), "is filled by nobody when a device makes a row"),
        (Attachment("sha256", mime="sha256"), "names sha256 twice"),
        (Attachment("sha256", types=()), "types= is a set of application/pdf, image/jpeg"),
        (Attachment("sha256", types="image/png"), "not 'image/png'"),
        (Attachment("sha256", types={"image/heic"}), "not {'image/heic'}"),
        (Attachment("sha256", bytes_max=0), "bytes_max= is a whole number above zero"),
        (Attachment("sha256", pixels_max=1.5), "pixels_max= is a whole number"),  # type: ignore[arg-type]
        ("sha256", "holds 'sha256': write attachments=(Attachment('sha256'),)"),
    ],
)
def test_an_attachment_that_cannot_be_is_refused_with_the_class_and_what_to_do(attachment: Any, said: str) -> None:
    message = refusal(attachment)
    assert said in message and "Photo" in message


def test_two_attachments_share_no_column() -> None:
    assert "names state twice" in refusal(FRONT, Attachment("back_sha256", state="state"))
    assert "names sha256 twice" in refusal(FRONT, Attachment("sha256"))


@pytest.mark.parametrize("given", [FRONT, "sha256", {FRONT}])
def test_attachments_are_a_tuple(given: Any) -> None:
    with pytest.raises(MirrorError, match="attachments= is a tuple"):

        class Plugin:
            @hookimpl
            def twinbase_mirrors(self) -> Iterable[Mirror]:
                yield Mirror(Photo, attachments=given)

        assert Plugins(Plugin()).registry


def test_no_device_writes_what_the_server_says_of_the_bytes() -> None:
    twin = declare(FRONT)
    assert "state" not in twin.writable | twin.insertable and "state" in twin.columns
    assert {"sha256", "mime"} <= twin.writable & twin.insertable
    for option in ("writable", "insertable"):
        assert f"Photo.state is the server's, by attachments=: take it out of {option}=" in refusal(
            FRONT, **{option: ["sha256", "state"]}
        )


@pytest.mark.parametrize("wrong", ["", "ab", GIVEN.upper(), "xy" * 32, GIVEN + "0", GIVEN + "\n", " " + GIVEN[1:]])
def test_what_is_no_hash_is_refused_when_the_row_is_made_and_when_it_is_changed(wrong: str) -> None:
    twin = declare(FRONT)
    assert "sha256 is the SHA-256 of its content" in say(twin, None, {"sha256": wrong})
    assert "sha256 is the SHA-256 of its content" in say(twin, {"sha256": GIVEN, "state": "local"}, {"sha256": wrong})


def test_a_row_may_be_made_without_content_and_get_it_later() -> None:
    twin = declare(FRONT)
    assert say(twin, None, {"sha256": None}) == say(twin, None, {"mime": "image/png"}) == ""
    assert say(twin, {"sha256": None, "state": "local"}, {"sha256": GIVEN}) == ""
    assert say(twin, {"sha256": GIVEN, "state": "failed"}, {"sha256": OTHER}) == ""


@pytest.mark.parametrize("after", [OTHER, None])
def test_a_hash_whose_content_is_stored_stays_as_it_is(after: str | None) -> None:
    twin, stored = declare(FRONT), {"sha256": GIVEN, "state": "stored"}
    assert "its content is stored" in say(twin, stored, {"sha256": after})
    assert say(twin, stored, {"sha256": GIVEN, "mime": "image/png"}) == say(twin, stored, {"mime": None}) == ""


def test_without_a_column_for_the_state_the_hash_may_be_replaced() -> None:
    twin = declare(Attachment("sha256"))
    assert say(twin, {"sha256": GIVEN, "state": "stored"}, {"sha256": OTHER}) == ""


def test_what_the_office_wrote_into_the_column_hinders_no_other_change() -> None:
    assert say(declare(FRONT), {"sha256": "n/a", "state": "local"}, {"sha256": "n/a", "mime": "image/png"}) == ""
