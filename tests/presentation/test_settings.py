"""What somebody chooses holds at once and over a restart; signing out says what would be lost."""

from pathlib import Path

import pytest
from tests.presentation.phone import NOW, Phone, paris, visit

from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.device.settings import DeviceSettings, read_settings
from twinbase_presentation.screens.leaving import LeaveModel
from twinbase_presentation.screens.settings import SettingsModel
from twinbase_presentation.screens.sign_in_again import SignInAgainModel


def test_what_cannot_be_meant_is_what_everybody_has(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    assert read_settings(file) == DeviceSettings()
    for said in (
        "",
        "[]",
        "{",
        '{"theme": "pink", "text_scale": 9, "lock_minutes": true, "saves_data": "yes", "x": 1}',
    ):
        file.write_text(said)
        assert read_settings(file) == DeviceSettings()
    file.write_text('{"theme": "sun", "text_scale": 1.3, "lock_minutes": 0, "reduces_motion": true}')
    kept = DeviceSettings(theme="sun", text_scale=1.3, lock_minutes=0, reduces_motion=True)
    assert read_settings(file) == kept


def test_by_itself_it_is_light_by_day_and_dark_by_night() -> None:
    by_hour = {hour: DeviceSettings().choose_theme(NOW.replace(hour=hour)) for hour in (6, 7, 19, 20)}
    assert by_hour == {6: "dark", 7: "light", 19: "light", 20: "dark"}
    assert DeviceSettings(theme="sun").choose_theme(NOW.replace(hour=3)) == "sun"


async def test_a_choice_is_kept_and_told(phone: Phone, tmp_path: Path) -> None:
    phone.workday.device = OwnDevice(tmp_path / "settings.json")
    model, told = SettingsModel(phone.workday), list[str]()
    model.observe(lambda: told.append("told"))
    await model.open()
    told.clear()
    model.choose("theme", "dark")
    model.choose("text_scale", "1.3")
    model.choose("saves_data", "1")
    model.choose("saves_data", "")
    assert len(told) == 4
    assert read_settings(tmp_path / "settings.json") == DeviceSettings(theme="dark", text_scale=1.3)
    chosen = {one.name: one.chosen for one in model.choices}
    assert (chosen["theme"], chosen["text_scale"]) == ("dark", "1.3")
    assert "lock_minutes" not in chosen, "without a code there is nothing to lock"
    assert [one.id for one in model.commands] == ["free"]
    model.close()


async def test_a_full_disk_keeps_a_choice_for_today(phone: Phone, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where a folder should be")
    phone.workday.device = OwnDevice(tmp_path / "folder" / "settings.json")
    model = SettingsModel(phone.workday)
    model.choose("theme", "dark")
    assert phone.workday.device.settings.theme == "dark"


async def test_the_space_is_said_and_nothing_unsent_is_removed(phone: Phone) -> None:
    model = SettingsModel(phone.workday)
    await model.open()
    assert model.shown is not None and model.shown.space.rows > 10_000
    sha256 = await phone.ask(lambda replica: replica.attachments.put(b"unsent"))
    done = await model.free()
    assert done.said.startswith("There was nothing to remove")
    assert (await phone.ask(lambda replica: replica.attachments.state(sha256))).is_here
    model.close()


async def test_signing_out_lists_what_is_unsent_and_erases_only_by_its_number(phone: Phone) -> None:
    left = list[str]()
    phone.workday.device = OwnDevice(leave=lambda: left.append("left"))
    await phone.save(visit(1, paris(10, 8)), visit(2, paris(10, 9), title="Boiler"))
    model = LeaveModel(phone.workday)
    await model.load()
    assert len(model.titles) == 2 and any("Boiler" in title for title in model.titles)
    assert model.sentence == "2 items are not sent. If you sign out they are lost."
    for typed in ("", "1", "two", "22"):
        model.fill(typed)
        assert (await model.leave()).fault == "Type 2, as many as are lost."
    assert not (await model.send_first()).is_done, "without a server nothing is sent"
    assert left == [] and phone.path.exists()
    await phone.save(visit(3, paris(10, 10)))
    model.fill("2")
    assert (await model.leave()).fault.startswith("Meanwhile something else is unsent.")
    model.fill("3")
    done = await model.leave()
    assert done.is_done, done.fault
    assert left == ["left"] and not phone.path.exists()


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({}, "Type a code, or e-mail and password."),
        ({"email": "anna@example.org"}, "Type a code, or e-mail and password."),
        ({"code": "7K3M"}, "A code has eight letters and digits, as 7K3M-Q9TD."),
    ],
)
async def test_what_is_missing_to_sign_in_again_is_said(phone: Phone, typed: dict[str, str], fault: str) -> None:
    model = SignInAgainModel(phone.workday)
    await model.open()
    for name, text in typed.items():
        model.fill(name, text)
    assert (await model.sign_in()).fault == fault
    model.close()
