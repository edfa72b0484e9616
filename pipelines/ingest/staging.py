"""Rows that were read and not yet kept: in memory while they are few, else in files that go with this object."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.reading.versions import RECORDED, VERSION, no_records

IN_MEMORY = 512 * 1024**2
"""Bytes of rows held in memory; what comes after goes to files."""

STAGED = ("source", *VERSION, *RECORDED)


@dataclass(frozen=True)
class Piece:
    """Rows of one reading: held, or in a file."""

    reading: int
    rows: int
    held: pl.DataFrame | None
    path: Path | None

    def frame(self) -> pl.DataFrame:
        """Give the rows."""
        if self.held is not None:
            return self.held
        return pl.read_parquet(self.path, glob=False) if self.path else pl.DataFrame()


class Staging:
    """Pieces by contract table, in the order they were read."""

    def __init__(self, in_memory: int | None = None) -> None:
        self.left = IN_MEMORY if in_memory is None else in_memory
        self.folder: Path | None = None
        self.tables: dict[str, list[tuple[Piece, pl.DataFrame]]] = {}

    def add(self, table: str, reading: int, rows: pl.DataFrame, *, split: bool = False) -> None:
        """Stage rows of a reading; of records `split` into several rows only the first counts as one."""
        if rows.height:
            head = pl.struct("file", "row").is_first_distinct() if split else pl.lit(value=True)
            keys = rows.select(*STAGED, pl.lit(reading, pl.Int32).alias("reading"), head.alias("head"))
            self.tables.setdefault(table, []).append((self._kept(reading, rows), keys))

    def _kept(self, reading: int, rows: pl.DataFrame) -> Piece:
        size = int(rows.estimated_size())
        if size <= self.left:
            self.left -= size
            return Piece(reading, rows.height, rows, None)
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="entrepot-"))
            weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        path = self.folder / f"{sum(map(len, self.tables.values()))}-{reading}.parquet"
        rows.write_parquet(path, compression="lz4", statistics=False)
        return Piece(reading, rows.height, None, path)

    def discard(self, reading: int) -> None:
        """Forget what a reading gave: its file failed, and nothing of it counts."""
        for table, staged in self.tables.items():
            for piece, _ in staged:
                if piece.reading == reading and piece.path:
                    piece.path.unlink(missing_ok=True)
            self.tables[table] = [each for each in staged if each[0].reading != reading]

    def keys(self, table: str) -> pl.DataFrame:
        """Say of every staged row which version of which record it is, in order."""
        return pl.concat([keys for _, keys in self.tables[table]])

    def pieces(self, table: str) -> Iterator[pl.DataFrame]:
        """Give the staged rows piece by piece, in the same order; columns no file had are missing."""
        for piece, _ in self.tables.get(table, []):
            yield piece.frame()

    def of(self, table: str, reading: int) -> pl.DataFrame:
        """Give what one reading gave."""
        mine = [piece.frame() for piece, _ in self.tables.get(table, []) if piece.reading == reading]
        return pl.concat([no_records(table), *mine], how="diagonal") if mine else pl.DataFrame()
