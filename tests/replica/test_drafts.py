"""What somebody has begun to type is there after the app was closed or killed, and nobody else ever has it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.replica.workshop import KEY, NOON, Job, opened, rows

from twinbase.errors import DestroyedReplica, DraftTooLarge, ReplicaClosed
from twinbase.replica import Draft

REPORT = "job/7/report"
TYPED = "Pressure at 0,4 bar; é𝄞 'quoted'\n\x00 and a second line"


async def test_a_draft_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        assert await replica.drafts.get(REPORT, "text") is None and await replica.drafts.list() == ()
        await replica.drafts.set(REPORT, "text", "Pres")
        await replica.drafts.set(REPORT, "text", TYPED)
        await replica.drafts.set(REPORT, "hours", "")
    async with opened(tmp_path) as replica:
        assert await replica.drafts.get(REPORT, "text") == TYPED
        assert await replica.drafts.get(REPORT, "hours") == ""
        assert await replica.drafts.list(REPORT) == (
            Draft(REPORT, "hours", "", NOON),
            Draft(REPORT, "text", TYPED, NOON),
        )


async def test_a_form_that_was_saved_or_given_up_is_forgotten_whole_or_field_by_field(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await replica.drafts.delete(REPORT)
        for field in ("text", "hours", "parts"):
            await replica.drafts.set(REPORT, field, "x")
        await replica.drafts.set("job/8/report", "text", "another job's")
        await replica.drafts.delete(REPORT, "hours")
        assert [draft.field for draft in await replica.drafts.list(REPORT)] == ["parts", "text"]
        await replica.drafts.delete(REPORT)
        assert [draft.text for draft in await replica.drafts.list()] == ["another job's"]


async def test_a_draft_is_no_edit_and_is_in_nothing_that_is_sent(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await replica.drafts.set(REPORT, "text", TYPED)
        async with replica.read() as session:
            assert await session.pending_edits(Job) == []
        assert replica.status.now.pending == 0
        assert rows(replica, "SELECT count(*) FROM _twinbase_outbox") == [(0,)]


async def test_a_draft_is_nowhere_in_plain_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await replica.drafts.set(REPORT, "text", "the alarm's code is 4711")
        assert all(b"4711" not in file.read_bytes() for file in tmp_path.iterdir())
    async with opened(tmp_path) as replica:
        await replica.rekey(bytes(32))
        assert await replica.drafts.get(REPORT, "text") == "the alarm's code is 4711"
    assert all(b"4711" not in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("route", "text"), [(REPORT, "é" * 32_769), ("r" * 513, "x")], ids=["a long text", "a long route"]
)
async def test_what_is_too_long_for_a_draft_is_refused_and_the_old_text_stays(
    tmp_path: Path, route: str, text: str
) -> None:
    async with opened(tmp_path) as replica:
        await replica.drafts.set(REPORT, "text", "é" * 32_768)
        with pytest.raises(DraftTooLarge, match="bytes of UTF-8, and may have") as caught:
            await replica.drafts.set(route, "text", text)
        assert "é" not in str(caught.value)
        assert await replica.drafts.get(REPORT, "text") == "é" * 32_768


@pytest.mark.parametrize("text", [None, 4, b"bytes", "half a letter \ud83d"])
async def test_what_is_no_text_is_refused(tmp_path: Path, text: object) -> None:
    async with opened(tmp_path) as replica:
        with pytest.raises(ValueError, match=r"is a text|surrogates"):
            await replica.drafts.set(REPORT, "text", text)  # type: ignore[arg-type]


async def test_of_more_drafts_than_are_kept_those_go_that_nobody_came_back_to(tmp_path: Path) -> None:
    times = iter(NOON - timedelta(minutes=minute) for minute in range(1_000))  # a clock that runs backwards

    def clock() -> datetime:
        return next(times)

    async with opened(tmp_path, clock=clock) as replica:
        for number in range(256):
            await replica.drafts.set(f"job/{number}", "text", "x")
        await replica.drafts.set("job/0", "text", "came back to")
        await replica.drafts.set("job/256", "text", "one more")
        kept = {draft.route for draft in await replica.drafts.list()}
    assert len(kept) == 256 and {"job/0", "job/256", "job/2"} <= kept and "job/1" not in kept


async def test_an_app_that_does_not_use_drafts_has_nothing_of_them_in_its_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await replica.drafts.delete(REPORT, "text")
        assert rows(replica, "SELECT count(*) FROM sqlite_master WHERE name GLOB '*draft*'") == [(0,)]


async def test_drafts_go_with_the_file_and_whoever_comes_next_sees_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await replica.drafts.set(REPORT, "text", TYPED)
        await replica.sign_out()
        with pytest.raises((ReplicaClosed, DestroyedReplica)):
            await replica.drafts.get(REPORT, "text")
    async with opened(tmp_path, key=KEY) as replica:
        assert await replica.drafts.list() == ()
