"""A visit is made where somebody is, a request is reported, by touches and by keys."""

from typing import Any

from tests.kivy.day import VISIT, OpenDay, ident

from twinbase_presentation import Route

NEW_VISIT, TODAY = Route("new_visit"), Route("today")


async def opened(day: OpenDay, screen: str, language: str = "en") -> Any:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, language)
    await show_screen(shell, screen)
    return shell


async def test_the_plus_leads_to_a_visit_that_is_made_and_begun(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, "today")
    await showing.touch(shell, "New")
    await showing.touch(shell, "New visit")
    page = shell.pages[NEW_VISIT]
    page.search.typing.input.text = "boulangerie"
    await shell.workday.finish_tasks()
    await showing.touch(shell, "Boulangerie")
    assert {"What is to be done", "Begins at"} <= set(list_words(page))
    page.model.form.fill("title", "Fuite au fournil")
    await showing.touch(shell, "Save")
    visit = Route("visit", page.model.id)
    assert shell.stack.top.route == visit
    said = list_words(shell.pages[visit])
    assert {"Fuite au fournil", "Made on site · number to come", "Under way"} <= set(said)
    await showing.press(shell, "back")
    assert shell.stack.top.route == TODAY, "back leads to no form that is saved"
    shell.close()


async def test_near_customers_say_how_far_they_are(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, "request")
    await showing.touch(shell, "Nearby")
    said = list_words(shell.frame)
    assert said.index("0\u00a0m") < said.index("1.1\u00a0km")
    shell.close()


async def test_a_danger_is_reported_from_the_checklist_and_stands_under_my_requests(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, "checklist")
    await showing.type_danger(shell)
    await showing.touch(shell, "Report an incident")
    page = shell.pages[Route("request", VISIT, "visit")]
    assert page.model.form.find("what").text == "CO dans la pièce: 62\u00a0ppm"
    await showing.touch(shell, "Save")
    assert shell.toast.name == "Request kept. The office plans it."
    assert shell.stack.top.route == Route("visit", VISIT)
    shell.enter_place(TODAY)
    await shell.workday.finish_tasks()
    assert {"My requests", "CO dans la pièce: 62\u00a0ppm", "Proposed"} <= set(list_words(shell.frame))
    shell.close()


async def test_another_customer_is_one_touch_away_and_what_was_typed_stays(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, "new_visit_form")
    page: Any = shell.pages[Route("new_visit", ident(100))]
    page.model.form.fill("title", "Fuite")
    await showing.touch(shell, "Another customer")
    assert page.model.shown.picked is None
    await showing.touch(shell, "SCI Les")
    assert page.model.form.find("title").text == "Fuite"
    shell.close()
