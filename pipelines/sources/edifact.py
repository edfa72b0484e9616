"""EDIFACT CUSCAR (customs cargo report) and IFCSUM (forwarding summary): one row per goods item of a consignment.

The day of departure is the stated one, actual before planned; where a report has none, the day of the document stands
for it, else that of arrival: customs reports are filed between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from pipelines.documents import goods_of, usable
from pipelines.reading.edi.edifact import edifact_messages, is_edifact
from pipelines.reading.edi.edifact_goods import goods_item
from pipelines.reading.edi.message import Message, Problem
from pipelines.reading.edi.parts import Part
from pipelines.reading.edi.segment import Segment
from pipelines.reading.edi.values import codes, moment
from pipelines.reading.goods_lines import GoodsLines
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

READ = ("CUSCAR", "IFCSUM")
CANCELS = {"1": "cancels", "3": "deletes"}
ALONE = "has no message; ask the sender for the whole file"


def read_edifact(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file message by message.

    Raises
    ------
    SourceFailed
        Its separators cannot be, a segment has no end, or nothing is in it.
    """
    return goods_of(files, edifact_messages, _take, ALONE)


def _take(message: Message | Problem, lines: GoodsLines) -> None:
    each = usable(message, lines)
    if each is None:
        return
    kind = each.kind or _meant(each)
    if kind not in READ:
        reason = f"is a message {kind or 'without type'}; of EDIFACT CUSCAR and IFCSUM are read"
        lines.reject(each.row, "UNH", each.reference, reason, "hand its content over as shipments")
    else:
        _goods(each, kind, lines)


def _meant(message: Message) -> str:
    """A message without a type that reports cargo (document 85, 785 or 610) is the one of that document."""
    tags = {segment.tag for segment in message.segments}
    said = next((segment.at(1) for segment in message.segments if segment.tag == "BGM"), "")
    if not {"CNI", "GID"} <= tags:
        return ""
    return {"85": "CUSCAR", "785": "CUSCAR", "833": "CUSCAR", "610": "IFCSUM"}.get(said, "")


def _goods(message: Message, kind: str, lines: GoodsLines) -> None:
    header, goods = _parts(message.segments, kind)
    tags = frozenset(codes()["segments"]["edifact"])
    for segment in message.segments:
        if segment.tag not in tags:
            reason = "is no segment of this message: what it says is not read"
            lines.reject(segment.number, segment.tag[:20], segment.at(1), reason, "ask the sender to correct it")
    begun = next(iter(header.named("BGM")), None)
    act = CANCELS.get(begun.at(3)) if begun else None
    if act or not goods:
        reason = f"{act} an earlier report" if act else "names no goods (no GID)"
        advice = "remove the rows it means from your records" if act else "ask the sender for the goods"
        lines.reject(message.row, "BGM", begun.at(2) if begun else "", reason, advice)
        return
    used: dict[str, set[int]] = {}
    for part in goods:
        texts = goods_item(part, kind, begun.at(2) if begun else "", lines)
        line = _numbered(part.segments[0].at(1), used.setdefault(texts.get("id") or "", set()))
        lines.add(part.segments[0].number, line, texts, moment(message.written_at))


def _parts(segments: Sequence[Segment], kind: str) -> tuple[Part, list[Part]]:
    """Part a message: header, consignments, their bills, goods.

    In a CUSCAR a reference after goods begins another bill where parties follow it before the next goods.
    """
    header = Part()
    consignment, bill, now = header, header, header
    goods: list[Part] = []
    for at, segment in enumerate(segments):
        if segment.tag == "CNI":
            consignment = bill = now = Part(header)
        elif segment.tag == "RFF" and kind == "CUSCAR" and now is not bill and _begins_bill(segments, at):
            bill = now = Part(consignment)
        elif segment.tag == "GID":
            now = Part(bill)
            goods.append(now)
        elif segment.tag == "EQD" and now is not header:
            now = Part(bill)
        now.segments.append(segment)
    return header, goods


def _begins_bill(segments: Sequence[Segment], at: int) -> bool:
    until = (segment.tag for segment in islice(segments, at + 1, None))
    return "NAD" in takewhile(lambda tag: tag not in ("GID", "CNI"), until)


def _numbered(said: str, used: set[int]) -> int:
    """The number of a goods item in its bill; one that stands twice takes the next free."""
    line = int(said) if said.isdecimal() and len(said) < 10 else 0
    if line < 1 or line in used:
        line = max(used, default=0) + 1
    used.add(line)
    return line


EDIFACT = Source(
    id="edifact",
    title="EDIFACT customs cargo report or forwarding summary",
    publisher="the carrier or forwarder that sent it",
    license="as agreed with the sender",
    tables=("shipments",),
    recognizes=is_edifact,
    read=read_edifact,
)
