"""Rows that were made on a device, and the rows that EBP made of them: one row with one id, for life."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class Link(SQLModel, table=True):
    """The row of EBP's `source_table` with the key `source_id` (in capitals, without blanks at its end) is the row `id`
    of `mobile`."""

    __tablename__ = "link"
    __table_args__ = {"schema": "ebp"}
    source_table: str = Field(primary_key=True, max_length=64)
    source_id: str = Field(primary_key=True, max_length=64)
    id: UUID = Field(index=True)


LINKED = frozenset(
    {"Activity", "Contact", "CustomerProduct", "Incident", "ScheduleEvent", "ScheduleEventCustomerProduct"}
)
"""The tables of EBP whose rows may have been made on a device."""
