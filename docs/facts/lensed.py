"""The contract of lensed sets: channels, variables, attributes, and the default configuration."""

from __future__ import annotations

from facts.markdown import table
from mangaxr.lensed_sets.config import default_text
from mangaxr.lensed_sets.contract import (
    ATTRIBUTES,
    CHANNEL_COORDS,
    CHANNELS,
    IMAGE,
    PIXEL_COORDS,
    SAMPLE_COORDS,
)

__all__ = ["attributes", "channels", "configuration", "variables"]


def channels() -> str:
    """List the channels, in the order of the store."""
    rows = [
        (f"`{row.name}`", "that of the source" if row.units == "flux" else row.units, row.long_name)
        for row in CHANNELS
    ]
    return table(["channel", "unit", "meaning"], rows)


def variables() -> str:
    """List the variables."""
    rows = [
        (f"`{spec.name}`", ", ".join(spec.dims), spec.dtype, spec.units, spec.long_name)
        for spec in (IMAGE, *SAMPLE_COORDS, *CHANNEL_COORDS, *PIXEL_COORDS)
    ]
    return table(["variable", "dimensions", "type", "unit", "meaning"], rows)


def attributes() -> str:
    """List the attributes of the root."""
    rows = [(f"`{row.name}`", "JSON" if row.json else "text", row.long_name) for row in ATTRIBUTES]
    return table(["attribute", "as", "meaning"], rows)


def configuration() -> str:
    """Show the default configuration."""
    return f"```toml\n{default_text().rstrip()}\n```"
