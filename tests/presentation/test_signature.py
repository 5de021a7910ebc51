"""A customer signs: his lines, his name, and the very document that he signed; or he does not, and why."""

import hashlib
import io
import math
from typing import Any

import pytest
from PIL import Image
from tests.plugins.mobile.reading.company import Company
from tests.presentation.phone import BAKERY, Phone, ident
from tests.presentation.test_sync_page import VISIT as OFFICE_VISIT
from tests.presentation.test_sync_page import Page
from tests.presentation.test_visit import VISIT, begun

from twinbase_mobile.tables import Contact
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Route
from twinbase_presentation.paper.strokes import POINTS_MAX, Strokes, parse_svg, read_strokes, write_typed_png
from twinbase_presentation.screens.signature import PAD, SignatureModel


def scribble(pad: Strokes = PAD) -> Strokes:
    """Two waves."""
    for line in range(2):
        for step in range(50):
            point = (40 + 4 * step, 100 + 50 * math.sin(step / 4 + line))
            pad = pad.go_on(point) if step else pad.start(point)
    return pad


async def opened(phone: Phone, **values: Any) -> SignatureModel:
    contact = Contact(id=ident(20), customer_id=BAKERY, first_name="Gaëlle", last_name="Noël")
    await phone.give(contact)
    await begun(phone, contact_id=ident(20), report="Burner cleaned.", **values)
    model = SignatureModel(phone.workday, VISIT)
    await model.open()
    return model


async def read_row(phone: Phone) -> Any:
    query = "SELECT signer_name, signer_quality, refused, image_sha256, report_sha256, size_bytes"
    rows = await phone.sql(f"{query} FROM intervention_signatures")
    return rows[0] if rows else None


async def read_content(phone: Phone, sha256: str) -> bytes:
    async def read(replica: Any) -> bytes:
        with await replica.attachments.open(sha256) as file:
            return bytes(file.read())

    return bytes(await phone.ask(read))


async def test_the_row_names_the_picture_and_the_document_that_was_signed(phone: Phone) -> None:
    model = await opened(phone)
    assert model.form is not None and model.form.find("signer_name").text == "Gaëlle Noël"
    model.draw(scribble())
    model.form.fill("quality", "Owner")
    done = await model.confirm()
    assert (done.said, done.go) == ("Signed. It is sent as soon as possible.", Route("visit", VISIT))
    name, quality, refused, image, report, size = await read_row(phone)
    assert (name, quality, refused) == ("Gaëlle Noël", "Owner", 0)
    png, pdf = await read_content(phone, image), await read_content(phone, report)
    assert pdf.startswith(b"%PDF-") and hashlib.sha256(pdf).hexdigest() == report
    assert len(png) == size and Image.open(io.BytesIO(png)).size == (600, 366)
    assert read_strokes(png) == scribble(), "the lines are in the picture"
    assert model.shown is not None and model.shown.is_read_only and model.commands == ()


async def test_an_empty_pad_and_a_name_that_lacks_are_said(phone: Phone) -> None:
    model = await opened(phone)
    assert model.form is not None
    assert (await model.confirm()).fault == "The frame is empty. Sign in it, or type the name."
    model.draw(PAD.start((3, 3)))
    assert (await model.confirm()).fault == "The frame is empty. Sign in it, or type the name.", "a dot is no name"
    model.draw(scribble())
    model.form.fill("signer_name", " ")
    assert (await model.confirm()).fault == "Correct what is marked."
    assert [field.error for field in model.form.fields] == ["This is needed.", "This is needed."]
    assert await read_row(phone) is None


async def test_a_name_that_is_typed_signs_for_whoever_cannot_draw(phone: Phone) -> None:
    model = await opened(phone)
    assert model.form is not None
    model.form.fill("signer_name", "Żaneta Ψ Ж 🔥 with a name that is as long as a name may ever be on a pad")
    model.form.fill("quality", "Tenant")
    model.choose_typed(True)
    assert (await model.confirm()).is_done
    png = await read_content(phone, (await read_row(phone))[3])
    assert read_strokes(png) is None and Image.open(io.BytesIO(png)).size == (600, 200)


async def test_what_is_drawn_survives_a_kill(phone: Phone) -> None:
    model = await opened(phone)
    model.draw(scribble())
    await phone.workday.finish_tasks()
    again = SignatureModel(phone.workday, VISIT)
    await again.open()
    assert again.strokes == scribble()
    again.draw(again.strokes.undo().undo())
    await phone.workday.finish_tasks()
    third = SignatureModel(phone.workday, VISIT)
    await third.open()
    assert third.strokes == PAD


async def test_nobody_signs_twice_and_a_refusal_is_a_row_with_its_reason(phone: Phone) -> None:
    model = await opened(phone)
    other = SignatureModel(phone.workday, VISIT)
    await other.open()
    form = await other.make_refusal_form()
    assert (await other.save_refusal(form)).fault == "Say why the customer does not sign."
    form.fill("why", "Absent")
    assert (await other.save_refusal(form)).go == Route("visit", VISIT)
    assert model.form is not None
    model.form.fill("quality", "Owner")
    model.draw(scribble())
    assert (await model.confirm()).fault == "There is a signature of the customer on this visit already."
    assert (await read_row(phone))[2] == 1


async def test_a_visit_that_is_done_or_gone_is_not_signed(phone: Phone) -> None:
    model = await opened(phone, status=VisitStatus.DONE)
    assert model.shown is not None and model.shown.is_read_only and model.form is None
    gone = SignatureModel(phone.workday, ident(4711))
    await gone.open()
    assert gone.shown is None and gone.commands == ()


async def test_the_server_takes_the_signature_its_picture_and_the_document(company: Company) -> None:
    page = Page(company)
    await page.show()
    model = SignatureModel(page.workday, OFFICE_VISIT)
    await model.load()
    assert model.form is not None
    model.form.fill("signer_name", "M. Roy")
    model.form.fill("quality", "Caretaker")
    model.draw(scribble())
    assert (await model.confirm()).is_done
    for _ in range(3):
        await company.phone.sync()
    assert not (await page.show()).refused and not (await page.show()).refused_files
    assert page.runner.status.unsent_files == 0
    rows = await company.world.sql("SELECT image_sha256, report_sha256 FROM mobile.intervention_signatures")
    kept = await company.world.sql("SELECT count(*) FROM twinbase.content")
    assert all(rows[0]) and kept == [(2,)]


@pytest.mark.parametrize("text", ["", "<svg", 'viewBox="0 0 0 0" d="M1 2"', 'viewBox="0 0 9 9" d="M1"', "x" * 99])
def test_what_is_no_signature_of_ours_has_no_lines(text: str) -> None:
    assert parse_svg(text) is None
    assert read_strokes(text.encode()) is None
    assert read_strokes(write_typed_png(text or "x")) is None


def test_lines_stay_on_the_pad_and_have_an_end() -> None:
    pad = PAD.go_on((1, 1))
    assert pad is PAD, "no pen is down"
    pad = PAD.start((-5, 900)).go_on((0.1, 199.9))
    assert pad.lines == (((0, 200),),), "inside, and no two points at one place"
    for step in range(POINTS_MAX + 50):
        pad = pad.go_on((step % 300, step % 150))
    assert len(pad.lines[0]) == POINTS_MAX and len(pad.write_svg()) < 64 * 1024
    assert parse_svg(pad.write_svg()) == pad and pad.undo() == PAD
