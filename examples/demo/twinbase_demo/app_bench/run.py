"""The whole benchmark: the company, the device, the app, and every figure."""

from pathlib import Path

from twinbase import Plugins
from twinbase_demo.app_bench.figures import AppBenchSizes, measure_acts, measure_memory, measure_starts, measure_sync
from twinbase_demo.app_bench.large import add_products, add_visits
from twinbase_demo.app_bench.measured_app import BenchDevice, start_app
from twinbase_demo.app_demo import DEVICE_PLUGINS, enrol_once, find_device
from twinbase_demo.backstage import Backstage, open_backstage
from twinbase_demo.telling import Teller
from twinbase_presentation.device.opening import make_opener
from twinbase_server.bench.pairs import Result
from twinbase_server.embedded import EmbeddedPostgres


async def measure_app(sizes: AppBenchSizes, home: Path, teller: Teller, scale: float) -> list[Result]:
    """Every figure, in the order of the table. `home`: an empty folder; `scale`: of the company's ERP."""
    with EmbeddedPostgres(home / "postgresql") as postgres:
        async with open_backstage(postgres.url, home, teller, keep=False, scale=scale) as stage:
            return await _measure(sizes, stage, home, teller)


async def _measure(sizes: AppBenchSizes, stage: Backstage, home: Path, teller: Teller) -> list[Result]:
    connection, technician = stage.office.connection, stage.office.technician
    with teller.show_phase("device", "Making a large device") as phase:
        await add_visits(connection, technician, sizes.visits)
        await add_products(connection, max(sizes.rows - sizes.visits, 0))
        device = await _fetch_device(stage, home)
        phase.said = f"{device.file.stat().st_size / 2**20:.0f} MiB are on the device"
    with teller.show_phase("start", "Starting the app") as phase:
        results = [await measure_starts(device, home, sizes)]
        phase.said = f"The app was started {sizes.starts} times"
    async with start_app(device, home) as app:
        with teller.show_phase("acts", "Scrolling, searching, tapping") as phase:
            results += await measure_acts(app, sizes)
            phase.said = "It was scrolled, searched and tapped"
        with teller.show_phase("sync", "Syncing while somebody scrolls") as phase:
            results.append(await measure_sync(app, connection, technician, sizes))
            phase.said = "It was synced while somebody scrolled"
        with teller.show_phase("memory", "Using it for a while") as phase:
            results.append(await measure_memory(app, sizes))
            phase.said = f"It was used for {sizes.rounds} rounds"
    return results


async def _fetch_device(stage: Backstage, home: Path) -> BenchDevice:
    account = await enrol_once(stage, home, make_opener(Plugins(*DEVICE_PLUGINS)))
    _device, keys = find_device(home)
    return BenchDevice(account.file, keys.read_key(account.id), stage.url, DEVICE_PLUGINS)
