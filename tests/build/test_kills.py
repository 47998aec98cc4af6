"""A build that is killed leaves no half store, and is completed by the same command.

`python tests/torture kills` is the long form.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from torture.cases import Site
from torture.commands import Starter
from torture.killing.trial import Plan, Trial

pytestmark = pytest.mark.usefixtures("small_slabs")

TRIALS = (
    Plan(
        "first",
        "one worker",
        (
            ("SIGKILL to all", "while it is filled"),
            ("SIGINT", "while it is filled"),
            ("SIGKILL to all", "while it is finished"),
            ("SIGTERM", "at any time"),
        ),
    ),
    Plan(
        "append",
        "two threads",
        (
            ("SIGKILL to all", "at any time"),
            ("SIGINT", "while it is finished"),
            ("SIGKILL to all", "while it is finished"),
            ("SIGKILL to all", "in its last moments"),
        ),
    ),
)


@pytest.mark.parametrize("plan", TRIALS, ids=[plan.case for plan in TRIALS])
def test_a_build_that_is_killed_again_and_again_is_completed(
    plan: Plan, site: Site, starter: Starter, tmp_path: Path
) -> None:
    """After each kill the store is absent, the old or the new; at last it is the new, alone."""
    lengths = {plan.way: site.seconds}
    trial = Trial(plan, random.Random(1), site, starter, tmp_path, lengths)
    trial.run()
    assert trial.kills
    assert not list(tmp_path.iterdir())
