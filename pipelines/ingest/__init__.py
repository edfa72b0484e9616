"""Files to fresh records: what changed is read, whole or not at all, and compared with what is known."""

from pipelines.ingest.ingested import Ingested, ingest

__all__ = ["Ingested", "ingest"]
