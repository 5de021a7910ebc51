"""A database with the true tables of EBP, from a seed: 319 tables, 670,000 rows, French data that holds together.

    report = await generate("postgresql://localhost/ebp", seed=1, today=date(2026, 11, 23))
    day = await mutate_office_day(connection, seed=7, changes=1000, today=date(2026, 11, 23))

It reads from the top: `load` creates and fills the tables, `rows` says who makes the rows of which, `world` holds what
they agree on, `ebp_tables` how many tables, columns and rows there are.
"""

from twinbase_demo.erp.load import DatabaseNotEmpty, GeneratedReport, GeneratedTableReport, generate
from twinbase_demo.erp.office import OfficeDay, mutate_office_day

__all__ = ["DatabaseNotEmpty", "GeneratedReport", "GeneratedTableReport", "OfficeDay", "generate", "mutate_office_day"]
