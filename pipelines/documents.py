"""Transport documents to shipments: document by document, every line of goods accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pipelines.errors import SourceFailed
from pipelines.reading.edi.message import Message, Problem
from pipelines.reading.goods_lines import GoodsLines, Piece
from pipelines.reading.raw import RawFile
from pipelines.source import Extract

Document = TypeVar("Document")


def goods_of(
    files: Sequence[RawFile],
    documents: Callable[[RawFile], Iterable[Document]],
    take: Callable[[Document, GoodsLines], None],
    nothing: str,
) -> Iterator[Extract]:
    """Read each file document by document; `nothing` says what is wrong with a file that has none.

    Raises
    ------
    SourceFailed
        Nothing is in a file.
    """
    for file in files:
        lines, any_read = GoodsLines(), False
        for each in documents(file):
            any_read = True
            take(each, lines)
            yield from (_extract(piece) for piece in lines.pieces(last=False))
        if not any_read:
            raise SourceFailed(f"{file.name}: {nothing}")
        notes = [f"{file.name}: in {count:,} lines of goods {what}" for what, count in lines.stands.items()]
        yield _extract(lines.take(), notes)


def usable(each: Message | Problem, lines: GoodsLines) -> Message | None:
    """Tell what of a message cannot be used; give the message when the rest can."""
    problems = [each] if isinstance(each, Problem) else [each.spoiled] if each.spoiled else each.lacking
    for problem in problems:
        lines.reject(problem.row, problem.column, problem.value, problem.reason, problem.advice)
    return None if isinstance(each, Problem) or each.spoiled else each


def _extract(piece: Piece, notes: Sequence[str] = ()) -> Extract:
    columns = frozenset(piece.rows.columns) - {"row", "line", "recorded_at"}
    return Extract("shipments", piece.rows, piece.quarantined, piece.read, notes=tuple(notes), columns=columns)
