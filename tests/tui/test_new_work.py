"""By keys alone: a visit that is made on site, a request to the office, a customer that is near."""

from pathlib import Path

from tests.tui.terminal import WIDE, open_terminal


async def test_a_visit_is_made_on_site_and_begun_by_keys(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("question_mark")
        await terminal.see("a  New visit", "q  New request")
        await terminal.press("escape", "a")
        await terminal.see("Boulangerie", "^n Nearby")
        await terminal.press("ctrl+n")
        await terminal.see("1.1 km")
        await terminal.write("boulang")
        await terminal.until(lambda: "Restaurant Le Belvédère, " not in terminal.text)
        await terminal.press("enter")
        await terminal.see("What is to be done", "Start the work now")
        await terminal.write("Fuite au fournil")
        await terminal.press("ctrl+s")
        await terminal.see("Visit made.", "Fuite au fournil", "Made on site · number to come", "▶ Under way")


async def test_a_request_says_what_is_wrong_and_stands_under_my_requests(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.press("2", "q")
        await terminal.see("New request")
        await terminal.write("tilleuls")
        await terminal.press("enter")
        await terminal.see("How serious it is", "SCI Les Tilleuls")
        await terminal.press("ctrl+s")
        await terminal.see("This is needed.")
        await terminal.write("Smells of gas")
        await terminal.press("ctrl+s")
        await terminal.see("Request kept. The office plans it.", "My requests", "Smells of gas")


async def test_whoever_leaves_the_form_may_choose_another_customer(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.press("q")
        await terminal.write("tilleuls")
        await terminal.press("enter")
        await terminal.see("How serious it is")
        await terminal.press("escape")
        await terminal.until(lambda: "How serious it is" not in terminal.text)
        await terminal.see("Choose")
        await terminal.press("escape")
        await terminal.see("f Finish (3)")


async def test_a_product_is_counted_and_moved_by_keys(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("4")
        await terminal.see("t Move", "c Count")
        await terminal.press("c")
        await terminal.see("How many there are")
        await terminal.write("5")
        await terminal.press("enter")
        await terminal.see("Counted: +3 against the stock on paper.", "5 u")
        await terminal.press("t")
        await terminal.see("From", "To")
        await terminal.press("ctrl+s")
        await terminal.see("✗ This is needed.")


async def test_a_forgotten_timer_is_asked_about_and_ended(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        terminal.day.clock.advance(minutes=13 * 60)
        await terminal.press("3")
        await terminal.see("When did you finish?", "s Say when you finished")
        await terminal.press("s")
        await terminal.see("Day", "End")
        await terminal.press("tab")
        await terminal.write("17h30")
        await terminal.press("enter")
        await terminal.see("The timer ended at 17:30.", "s Start")


async def test_a_colleague_is_found_from_the_palette(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("ctrl+p")
        await terminal.write("team")
        await terminal.press("enter", "enter")
        await terminal.see("On your visits today", "Karim Petit", "06 11 22 33 44")
        await terminal.press("ctrl+o")
        await terminal.see("That is not known of this colleague.")


async def test_an_appliance_is_shown_and_replaced_by_keys(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("e")
        await terminal.see("Serial number  21 1754", "What was measured", "r Replace")
        await terminal.press("r")
        await terminal.see("New serial number")
        await terminal.write("2026-1")
        await terminal.press("enter")
        await terminal.see("Replaced. The old number is kept on the visit.")
