"""A file that has lost its newest changes: it is noticed beside the file and at the server, and the report says so."""

import shutil
from pathlib import Path

from tests.sync.shop import Job

from twinbase.testing import World
from twinbase.testing.device import Device


def _beside(device: Device, *suffixes: str) -> list[Path]:
    return [device.path.with_name(device.path.name + suffix) for suffix in suffixes]


async def _lose_wal(device: Device, folder: Path) -> None:
    """The device's power goes, and its -wal with it; what is not in the -wal is as it was."""
    kept = [(path, folder / path.name) for path in _beside(device, "", ".reach")]
    for path, copy in kept:
        shutil.copyfile(path, copy)
    await device.close()
    for path in _beside(device, "-wal", "-shm"):
        path.unlink(missing_ok=True)
    for path, copy in kept:
        shutil.copyfile(copy, path)
    await device.reopen()


async def test_the_report_says_which_work_is_lost_and_what_to_do(world: World, tmp_path: Path) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="sent"))
    await anna.sync()
    await anna.close()
    await anna.reopen()
    for number in range(5):
        await anna.save(Job(lead="anna", title=f"never sent {number}"))
    (tmp_path / "kept").mkdir()

    await _lose_wal(anna, tmp_path / "kept")
    report = await anna.sync()

    assert "The 5 newest edits are missing" in report.lost and "type again" in report.lost
    assert report.is_proven and report.as_dict()["lost"] == report.lost
    assert [job.title for job in await anna.all(Job)] == ["sent"]
    await anna.replica.forget_loss()
    await anna.save(Job(lead="anna", title="typed again"))
    again = await anna.sync()
    assert (again.lost, again.outcomes) == ("", {"applied": 1})


async def test_the_server_knows_of_batches_that_the_file_does_not(world: World, tmp_path: Path) -> None:
    """Without the note beside the file, and without an edit to send: the pull alone tells."""
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="one"))
    await anna.sync()
    await anna.close()
    shutil.copyfile(anna.path, tmp_path / "older")
    await anna.reopen()
    await anna.save(Job(lead="anna", title="two"))
    await anna.sync()
    await anna.close()
    shutil.copyfile(tmp_path / "older", anna.path)
    for path in _beside(anna, "-wal", "-shm", ".reach"):
        path.unlink(missing_ok=True)
    await anna.reopen()

    report = await anna.sync()

    assert "The server has batch 2 of this file, which knows of 1" in report.lost
    assert [why[:6] for why in report.recovered] == ["forked"] and report.is_proven
    assert {job.title for job in await anna.all(Job)} == {"one", "two"}
    await anna.save(Job(lead="anna", title="three"))
    after = await anna.sync()
    assert after.outcomes == {"applied": 1} and after.recovered == []
