"""Hours and expenses go to files of their own once they are submitted; what has no place in EBP goes nowhere."""

from datetime import date
from decimal import Decimal

from tests.plugins.ebp.delivering.company import ANNA, VISIT, Company

from twinbase_mobile.tables import Expense, Intervention, Timesheet
from twinbase_mobile.tables.kinds import Claim


async def test_hours_go_out_when_they_are_submitted_and_handed_over_is_the_end(company: Company) -> None:
    day = company.world.clock().date()
    sheet = Timesheet(colleague_id=ANNA, day=day, minutes=90, intervention_id=VISIT, comment="=A1")
    id = sheet.id
    await company.phone.save(sheet)
    await company.phone.sync()
    assert await company.deliveries() == []
    await company.phone.change(Timesheet, id, state=Claim.SUBMITTED)
    await company.phone.sync()
    assert await company.hand_over("ebp_claims") == {"sent": 1}
    (row,) = company.rows("timesheets")
    assert (row["id"], row["colleague"], row["minutes"], row["intervention"]) == (str(id), "ANNA", "90", str(VISIT))
    assert row["comment"] == "'=A1" and row["day"] == day.strftime("%d/%m/%Y")


async def test_amounts_are_decimals_with_a_comma(company: Company) -> None:
    paid = Expense(colleague_id=ANNA, expense_on=date(2030, 3, 4), amount_ttc=Decimal("12.50"), state=Claim.SUBMITTED)
    await company.phone.save(paid)
    await company.phone.sync()
    await company.hand_over("ebp_claims")
    assert company.rows("expenses")[0]["amount_ttc"] == "12,5"


async def test_what_has_no_place_in_ebp_makes_no_delivery(company: Company) -> None:
    await company.phone.change(Intervention, VISIT, status="confirmed")
    await company.phone.change(Intervention, VISIT, start_lat=Decimal("45.75"))
    await company.phone.sync()
    assert await company.deliveries() == []
