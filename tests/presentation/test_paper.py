"""The report on paper: whole in any language, with any character, without what is not here, stopped when unwanted."""

import asyncio
import re
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.attachments.pictures import make_picture
from tests.presentation.phone import Phone, ident, paris
from tests.presentation.test_signature import scribble
from tests.presentation.test_visit import TEMPLATE, VISIT, begun

from twinbase_mobile.rules import answer_id
from twinbase_mobile.tables import ChecklistAnswer, InterventionPart, InterventionPhoto, InterventionSignature
from twinbase_mobile.tables.kinds import PhotoPhase, Signer
from twinbase_presentation import load_language
from twinbase_presentation.paper.contents import PHOTOS_MAX, PaperContents, collect_contents
from twinbase_presentation.paper.draw import DrawingStopped, ReportDrawing, draw_report
from twinbase_presentation.paper.files import FOLDER, name_report, write_file
from twinbase_presentation.paper.letters import NOT_HERE, set_letters
from twinbase_presentation.screens.photos import take_photos
from twinbase_presentation.screens.share import make_share_command, share_report

ODD = (
    "Żółć, Ελληνικά, Кириллица, Đặng, CO₂ ≥ 5 → ok, 1\u202f234,5\u00a0€, 你好 🔥👍🏽, \u202e\x07\u200b e\u0301, "
    + "x" * 400
)


async def filled(phone: Phone, **values: Any) -> PaperContents:
    """A visit with everything on it."""
    await begun(phone, **{"report": "Burner cleaned.\n\nCO 4 ppm.", "actual_end": paris(10, 9, 30), **values})
    place = answer_id(VISIT, None, TEMPLATE, "co_ppm")
    await phone.save(
        ChecklistAnswer(
            id=place, intervention_id=VISIT, template_id=TEMPLATE, item_key="co_ppm", value_number=Decimal(12)
        ),
        InterventionPart(intervention_id=VISIT, label="Seal", quantity=Decimal("1.5"), serial_number="S-1"),
        InterventionPhoto(intervention_id=VISIT, phase=PhotoPhase.AFTER, sha256="0" * 64, caption="Not here"),
    )
    await take_photos(phone.workday, VISIT, [make_picture(90)])
    png = scribble().write_png()
    sha256 = await phone.ask(lambda replica: replica.attachments.put(png))
    given = InterventionSignature(
        intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="Mme Noël", image_sha256=sha256, signed_at=paris(10, 9)
    )
    await phone.save(given)
    contents = await collect_contents(phone.workday, VISIT)
    assert contents is not None
    return contents


def count_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def read_streams(pdf: bytes) -> bytes:
    """Everything that is drawn, unpacked."""
    found = []
    for part in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(part))
        except zlib.error:
            continue
    return b"\n".join(found)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_report_has_everything_of_the_visit_on_it(phone: Phone, language: str) -> None:
    contents = await filled(phone)
    assert [one.content is None for one in contents.photos] == [True, False] or len(contents.photos) == 2
    assert [(one.name, one.content is not None) for one in contents.signatures] == [("Mme Noël", True)]
    drawing = ReportDrawing(contents, load_language(language), lambda: True)
    pdf = drawing.draw()
    assert pdf.startswith(b"%PDF-") and count_pages(pdf) == 1
    assert f"/Lang ({language})".encode() in pdf and pdf.count(b"/Subtype /Image") >= 1
    assert b" l\n" in read_streams(pdf) or b" l " in read_streams(pdf), "the signature is lines"
    assert not drawing.sheet.has_boxes


async def test_any_character_is_drawn_or_an_empty_box_that_is_explained(phone: Phone) -> None:
    contents = await filled(phone, report=ODD * 20, title=ODD, number=ODD[:30])
    drawing = ReportDrawing(contents, load_language("fr"), lambda: True)
    pdf = drawing.draw()
    assert count_pages(pdf) > 1 and drawing.sheet.has_boxes
    empty = replace(contents.job, report="", no_report_reason="", photos=(), parts=(), checklists=(), appliances=())
    bare = draw_report(replace(contents, job=empty, photos=(), signatures=(), by=""), load_language("en"))
    assert count_pages(bare) == 1


def test_letters_are_shown_as_they_are_else_alike_else_as_an_empty_box() -> None:
    assert set_letters("Żółć Ω Ж ế €") == "Żółć Ω Ж ế €"
    assert set_letters("CO₂ ≥ 5 → ok ✓ ㎡ ℃") == "CO2 >= 5 -> ok x m2 °C"
    assert set_letters("e\u0301 \u200ba\x07b\r\nc\u2028d") == "é ab\nc\nd"
    assert set_letters("你🔥") == NOT_HERE * 2 and set_letters("❤️") == NOT_HERE


async def test_what_is_to_be_signed_has_no_signature_on_it_and_many_photos_have_an_end(phone: Phone) -> None:
    contents = await filled(phone)
    unsigned = await collect_contents(phone.workday, VISIT, signed=False)
    assert unsigned is not None and unsigned.signatures == () and len(contents.signatures) == 1
    many = [InterventionPhoto(intervention_id=VISIT, sha256=f"{number:064}") for number in range(PHOTOS_MAX + 5)]
    await phone.save(*many)
    all_of_them = await collect_contents(phone.workday, VISIT)
    assert all_of_them is not None and (len(all_of_them.photos), all_of_them.more_photos) == (PHOTOS_MAX, 7)
    assert count_pages(draw_report(all_of_them, load_language("en"))) > 3


async def test_a_refusal_and_a_picture_that_is_broken_are_said(phone: Phone) -> None:
    contents = await filled(phone)
    (given,) = contents.signatures
    refused = replace(given, refused=True, reason="Absent", content=None)
    gone = replace(given, content=None, signed_sha256="ab" * 32)
    broken = replace(given, content=b"no picture")
    photos = tuple(replace(one, content=b"no picture") for one in contents.photos)
    odd = replace(contents, signatures=(refused, gone, broken), photos=photos, more_photos=3)
    assert draw_report(odd, load_language("fr"))


async def test_a_drawing_that_nobody_waits_for_stops_at_its_next_part(phone: Phone) -> None:
    contents, asked = await filled(phone), []

    def is_wanted() -> bool:
        asked.append(1)
        return len(asked) < 3

    with pytest.raises(DrawingStopped):
        draw_report(contents, load_language("en"), is_wanted)
    assert len(asked) == 3


async def test_it_is_written_into_the_folder_that_is_said_and_never_over_another_file(
    phone: Phone, tmp_path: Path
) -> None:
    await filled(phone)
    phone.workday.documents = tmp_path / "Documents"
    command = make_share_command(phone.workday, VISIT)
    folder = tmp_path / "Documents" / FOLDER
    assert (await command.run()).said == f"The report is in {folder / 'V1 2026-06-10.pdf'}"
    assert (await command.run()).said == f"The report is in {folder / 'V1 2026-06-10 (2).pdf'}"
    assert sorted(one.name for one in folder.iterdir()) == ["V1 2026-06-10 (2).pdf", "V1 2026-06-10.pdf"]
    assert (folder / "V1 2026-06-10.pdf").read_bytes().startswith(b"%PDF-")


async def test_a_folder_that_takes_nothing_and_a_visit_that_is_gone_are_said(phone: Phone, tmp_path: Path) -> None:
    await filled(phone)
    (tmp_path / "file").write_text("")
    phone.workday.documents = tmp_path / "file"
    fault = (await share_report(phone.workday, VISIT)).fault
    assert fault.startswith(f"The report cannot be written into {tmp_path / 'file' / FOLDER}: ")
    assert (await share_report(phone.workday, ident(4711))).fault == "This job is no longer on this device."


async def test_cancelled_it_leaves_nothing_behind(phone: Phone, tmp_path: Path) -> None:
    await filled(phone)
    phone.workday.documents = tmp_path
    sharing = asyncio.ensure_future(share_report(phone.workday, VISIT))
    await asyncio.sleep(0)
    sharing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sharing
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("INT-2026-00412", "INT-2026-00412 2026-06-10.pdf"),
        ("", "Report 2026-06-10.pdf"),
        ("../../etc/passwd", "etc-passwd 2026-06-10.pdf"),
        ('a/b\\c:d*e?"f<g>|h', "a-b-c-d-e-f-g-h 2026-06-10.pdf"),
        ("\x00\n  ", "- 2026-06-10.pdf"),
        ("con", "-con 2026-06-10.pdf"),
        ("é œ 你", "é œ 你 2026-06-10.pdf"),
        ("x" * 200, "x" * 80 + " 2026-06-10.pdf"),
    ],
)
def test_a_file_is_named_by_visit_and_day_in_letters_that_every_system_takes(number: str, name: str) -> None:
    assert name_report(number, date(2026, 6, 10), load_language("en")) == name


def test_a_file_that_cannot_be_written_whole_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_file(tmp_path, "a.pdf", "no bytes")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_every_text_of_the_apps_and_every_name_of_europe_has_its_letters_on_paper() -> None:
    from fontTools.ttLib import TTFont
    from tests.presentation.catalogue import read_translations

    from twinbase_presentation.paper.letters import BOLD, REGULAR

    held = []
    for file in (REGULAR, BOLD):
        with TTFont(file) as font:
            held.append(set(font.getBestCmap()))
            assert font["glyf"][font.getBestCmap()[ord(NOT_HERE)]].numberOfContours > 0, "a box is drawn"
    assert held[0] == held[1] and set(map(ord, "ŁąĦŧŐșŽΆώЄїЏӀẾử")) <= held[0]
    texts = "".join(str(message.string) for message in read_translations())
    assert NOT_HERE not in set_letters(texts)
