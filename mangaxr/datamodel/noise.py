"""How the noise of neighbouring spaxels is correlated."""

from __future__ import annotations

__all__ = ["NOISE_CORRELATION"]

NOISE_CORRELATION = 1.92
"""Width in spaxels: spaxels a distance d apart correlate by ``exp(-d^2 / (2 * 1.92^2))``
(Westfall et al. 2019, AJ 158, 231, fig. 8)."""
