"""The exporters: which of them hands over is a setting."""

from collections.abc import Iterable, Sequence

from twinbase.delivery import DeliveryOutcome, Exporter, WaitingDelivery
from twinbase.source import Run
from twinbase_ebp.delivering.come_back import ComeBack
from twinbase_ebp.delivering.csv_files import CsvFiles
from twinbase_ebp.delivering.deliveries import EBP, FILES
from twinbase_ebp.delivering.online import Rest
from twinbase_ebp.settings import EbpSettings

OFF = "Nothing is handed over to EBP: TWINBASE_EBP_EXPORT is `none`. Set it, then release this."
NO_FILES = "Hours, ways and expenses go to files: set TWINBASE_EBP_EXPORT_FOLDER, then release this."


def make_exporters(settings: EbpSettings) -> Iterable[Exporter]:
    """One for EBP, and one for what EBP has no table for: there, handed over is the end."""
    if settings.export == "csv":
        yield Exporter(EBP, CsvFiles(settings).send, ComeBack(settings))
    elif settings.export == "rest":
        yield Exporter(EBP, Rest(settings).send, ComeBack(settings))
    else:
        yield Exporter(EBP, _hold_all, ComeBack(settings))
    files = CsvFiles(settings).send if settings.export != "none" and settings.export_folder else _hold_claims
    yield Exporter(FILES, files)


async def _hold_all(waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
    return [DeliveryOutcome(one.id, "held", one.payload.get("held") or OFF) for one in waiting]


async def _hold_claims(waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
    return [DeliveryOutcome(one.id, "held", NO_FILES) for one in waiting]
