"""Whatever happens, in whatever order: at rest every device equals its scope, and everything happened exactly once."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from tests.oracle.acts import ACTS
from tests.oracle.run import MODES, run_once
from tests.oracle.simulation import Act, Simulation
from tests.oracle.template import copy_template, make_template

from twinbase.testing.databases import Databases

SEEDS_IN_CI = 3


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    return make_template(databases)


@pytest.mark.parametrize("mode", MODES)
def test_random_days_end_with_equal_twins(
    mode: str, databases: Databases, template: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first = int(request.config.option.hypothesis_seed) % 1_000_000
    for seed in range(first, first + SEEDS_IN_CI):
        url = copy_template(databases, template, seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        faults, trace = asyncio.run(run_once(url, folder, seed, mode))
        databases.drop(url)
        repeat = f"python -m tests.oracle --seed {seed} --mode {mode}"
        assert not faults, "\n".join([f"repeat it with: {repeat}", *faults, *trace])


def machine(databases: Databases, template: str) -> type[RuleBasedStateMachine]:
    """A state machine with one rule for each thing that can happen; Hypothesis drops the steps that do not matter."""

    class Days(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.runner = asyncio.Runner()
            self.folder = Path(tempfile.mkdtemp(prefix="oracle-"))
            self.url = copy_template(databases, template, seed=0)
            self.simulation = Simulation(self.url, self.folder, seed=0)
            self.runner.run(self.simulation.__aenter__())

        def teardown(self) -> None:
            try:
                self.runner.run(self.simulation.settle())
                faults = self.runner.run(self.simulation.reckoning())
                faults += self.simulation.surprises + self.simulation.unexplained
            finally:
                self.runner.run(self.simulation.__aexit__())
                self.runner.close()
                databases.drop(self.url)
                shutil.rmtree(self.folder)
            assert not faults, "\n".join(faults)

    for act in dict.fromkeys(ACTS):
        setattr(Days, act.__name__, _rule(act))
    return Days


def _rule(act: Act) -> Any:
    @rule(chance=st.integers(0, 2**32 - 1))
    def step(self: Any, chance: int) -> None:
        self.runner.run(self.simulation.act(act, chance))

    step.__name__ = act.__name__
    return step


def test_no_sequence_of_events_breaks_a_promise(databases: Databases, template: str) -> None:
    run_state_machine_as_test(
        machine(databases, template),
        settings=settings(max_examples=4, stateful_step_count=25, deadline=None, print_blob=True),
    )
