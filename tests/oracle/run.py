"""One run from its seed: in which mode, which steps, and what was found."""

import traceback
from pathlib import Path

from tests.oracle.modes import in_mode
from tests.oracle.simulation import Simulation

MODES = ("both", "cursor", "repair")


async def run_once(
    url: str, folder: Path, seed: int, mode: str = "both", steps: int = 40
) -> tuple[list[str], list[str]]:
    """What is wrong after a random run (nothing, when all holds), and what happened in it."""
    async with Simulation(url, folder, seed) as sim:
        with in_mode(mode, sim) as acts:
            try:
                for _ in range(steps):
                    await sim.act(sim.rng.choice(acts), sim.rng.getrandbits(32))
                await sim.settle()
                faults = await sim.reckoning()
            except Exception:
                return [traceback.format_exc()], sim.trace
        faults += sim.surprises
        if mode == "both" and sim.unexplained:
            faults.append(f"repairs that nothing explains: {sim.unexplained}")
        return faults, sim.trace
