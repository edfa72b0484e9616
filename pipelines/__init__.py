"""What we know: from published files and the user's records to one resolved, connected picture of the world."""

from pipelines.tables import Tables

__all__ = ["Tables"]
