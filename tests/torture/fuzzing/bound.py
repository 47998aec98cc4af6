"""What a read may allocate, as it is declared."""

from __future__ import annotations

__all__ = ["allowed_bytes", "inflated_limit"]


def inflated_limit(size: int) -> int:
    return (256 << 20) + 128 * size


def allowed_bytes(inflated: int) -> int:
    return (64 << 20) + 3 * inflated
