"""How much processor time an app takes to import, open its file and read today's list, from nothing.

    python tests/bench/cold_start.py [PAIRS]

Each figure is of a process of its own, and counts what `getrusage` counts; the floor is a process that imports SQLModel
and reads a row of the same encrypted file by hand. They take turns. It reports and does not judge: seconds are of the
machine, the ratio is of the product.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

KEY = bytes(range(32))

SAY = """
import json, resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps(used.ru_utime + used.ru_stime))
"""

FLOOR = f"""
import sys
import sqlmodel
from sqlcipher3 import dbapi2
with open(sys.argv[1], "rb") as file:
    salt = file.read(16)
connection = dbapi2.connect(sys.argv[1])
connection.execute("PRAGMA key = \\"x'{KEY.hex()}\" + salt.hex() + "'\\"")
connection.execute("SELECT * FROM interventions LIMIT 1").fetchall()
connection.close()
"""

APP = f"""
import asyncio, sys
from datetime import UTC, datetime
from uuid import UUID
from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_mobile.reading import my_day

async def main():
    async with await Replica.open(sys.argv[1], bytes({list(KEY)}), plugins=Plugins("mobile")) as replica:
        async with replica.read() as session:
            await my_day(session, UUID(int=1), now=datetime.now(UTC))

asyncio.run(main())
"""


def measure(program: str, file: Path) -> float:
    """The processor time of a process that does nothing else."""
    command = [sys.executable, "-c", program + SAY, str(file)]
    return float(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def main(pairs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="twinbase-cold-") as folder:
        file = Path(folder) / "anna.twin"
        measure(APP, file)  # the file is made, and the modules are compiled
        taken = [(measure(APP, file), measure(FLOOR, file)) for _ in range(pairs)]
    product, floor = (median(figures) for figures in zip(*taken, strict=True))
    ratio = median(mine / least for mine, least in taken)
    print(f"cold start: {product:.2f} s of processor time, floor {floor:.2f} s, ratio {ratio:.2f} ({pairs} pairs)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
