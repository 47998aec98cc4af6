"""What a run is to make: the configuration, the number of samples, and the store they are from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mangaxr.lensed_sets.config import SetConfig, parse_config
from mangaxr.lensed_sets.contract import CONTRACT

__all__ = ["SetPlan"]


@dataclass(frozen=True, slots=True)
class SetPlan:
    """A plan, as a journal keeps it; ``store`` is the ``content_sha256`` of the galaxies' store."""

    config: SetConfig
    samples: int
    store: str

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        return {
            "contract": CONTRACT,
            "config": self.config.to_dict(),
            "samples": self.samples,
            "store": self.store,
        }

    def differences(self, before: Mapping[str, Any]) -> list[str]:
        """Say in what it differs from an earlier plan."""
        if before.get("contract") != CONTRACT:
            return ["what it builds: no lensed set"]
        differences = self.config.differences(parse_config(before["config"], where="the plan"))
        if self.samples != before["samples"]:
            differences.append(f"samples: {self.samples}, not {before['samples']}")
        if self.store != before["store"]:
            differences.append("the galaxies' store, which has other content")
        return differences
