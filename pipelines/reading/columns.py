"""The bounds of a single file, under the name they are asked for elsewhere."""

from __future__ import annotations

from pipelines.reading.stored import LARGEST, fingerprint, read_stable

__all__ = ["LARGEST", "fingerprint", "read_stable"]
