"""X12 309 (customs manifest), 310 (ocean freight receipt) and 210 (motor freight invoice): one row per line of goods.

A 214 (shipment status) names no goods: each one is told with its bill and day, and moves nothing. Amounts of 210 and
310 are freight, not the value of the goods. A weight without its unit is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pipelines.documents import goods_of, usable
from pipelines.reading.edi.message import Message, Problem
from pipelines.reading.edi.parts import Part
from pipelines.reading.edi.segment import Segment
from pipelines.reading.edi.values import codes, figure, joined, kilograms, moment, package, plain_day
from pipelines.reading.edi.x12 import is_x12, x12_messages
from pipelines.reading.edi.x12_document import Texts, common, days
from pipelines.reading.goods_lines import GoodsLines
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

CANCELS = {"01": "cancels", "03": "deletes"}
ADVICE = "hand its content over as shipments"


def read_x12(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file transaction set by transaction set.

    Raises
    ------
    SourceFailed
        Its header names no separators, a segment has no end, or nothing is in it.
    """
    return goods_of(files, x12_messages, _take, "has no transaction set; ask the sender for the whole file")


def _take(message: Message | Problem, lines: GoodsLines) -> None:
    each = usable(message, lines)
    if each is None:
        return
    reader, tags = READERS.get(each.kind), frozenset(codes()["segments"]["x12"])
    for segment in each.segments:
        if reader and (segment.tag not in tags or not segment.whole):
            reason = "is no segment of this transaction set: what it says is not read"
            lines.reject(segment.number, segment.tag, segment.at(1), reason, "ask the sender to correct it")
    act = CANCELS.get(next((segment.at(1) for segment in each.segments if segment.tag == "B2A"), ""))
    if reader is None:
        reason = f"is a transaction set {each.kind or 'without type'}; of X12 210, 214, 309 and 310 are read"
        lines.reject(each.row, "ST", each.reference, reason, ADVICE)
    elif act:
        reason = f"{act} an earlier document"
        lines.reject(each.row, "B2A", each.reference, reason, "remove the rows it means from your records")
    else:
        reader(each, lines)


def _manifest(message: Message, lines: GoodsLines) -> None:
    """Read a 309: bills of lading by port, each with its lines of goods (N10)."""
    found: list[tuple[Part, list[Segment]]] = []
    port = bill = Part()
    for segment in message.segments:
        if segment.tag == "P4":
            port = bill = Part(port.around or port)
        elif segment.tag == "LX":
            bill = Part(port)
            found.append((bill, []))
        elif segment.tag == "N10" and found:
            found[-1][1].append(segment)
        elif segment.tag == "N10":
            lines.reject(
                segment.number, "N10", segment.at(2), "names goods outside of any bill", "ask for the whole bill"
            )
        bill.segments.append(segment)
    _told_empty(message, found, lines)
    used: dict[str, int] = {}
    for part, goods in found:
        stated = next(iter(part.named("M11")), None)
        if stated is None:
            lines.reject(
                part.segments[0].number, "M11", "", "tells no bill of lading in full", "ask for the whole bill"
            )
            continue
        for each in goods or (None,):
            used[stated.at(1)] = used.get(stated.at(1), 0) + 1
            texts = _manifested(part, stated, each, message, lines)
            row = (each or part.segments[0]).number
            lines.add(row, used[stated.at(1)], texts, moment(message.written_at))


def _manifested(part: Part, bill: Segment, goods: Segment | None, message: Message, lines: GoodsLines) -> Texts:
    """Read one line of goods of a manifest; without lines of its own the bill says quantity and weight."""
    conveyance = next((each for each in message.segments if each.tag == "M10"), None)
    port = next((each.named("P4")[0] for each in part.chain() if each.named("P4")), None)
    told = days(part)
    if port and port.at(2) and not told.get("arrived_on"):
        told["arrived_on"] = plain_day(port.at(2))
    if not told.get("shipped_on") and told.get("arrived_on"):
        told["shipped_on"] = told["arrived_on"]
        lines.stand("the day of arrival stands for that of departure, which is not stated")
    count, unit = (goods.at(1), goods.at(10)) if goods else (bill.at(3), bill.at(4))
    weight = kilograms(goods.at(8), goods.at(7)) if goods else kilograms(bill.at(5), bill.at(6))
    hs_code = goods.at(5) if goods and goods.at(4) in codes()["hs_qualifiers"]["x12"] else ""
    return {
        **common(part),
        **told,
        "id": bill.at(1),
        "bill_of_lading": bill.at(1),
        "kind": "import",
        "mode": codes()["modes"]["x12"].get(conveyance.at(2)) if conveyance else None,
        "port_of_lading": bill.at(2),
        "port_of_unlading": port.at(1) if port else None,
        "item": joined([goods.at(2)]) if goods else None,
        "hs_code": hs_code,
        "quantity": figure(count),
        "unit": package(unit or bill.at(4)),
        "weight_kg": weight,
        "value": figure(goods.at(6)) if goods else None,
        "currency": "USD" if goods and goods.at(6) else None,
    }


def _receipt(message: Message, lines: GoodsLines) -> None:
    """Read a 310 or 210: goods are the lines (LX) with a weight or a count, the others are charges."""
    header, groups = _by_line(message.segments)
    begin = next(iter(header.named("B3")), None)
    invoice, shipment, made_on = (begin.at(2), begin.at(3), begin.at(6)) if begin else ("", "", "")
    ocean = message.kind == "310"
    goods = [group for group in groups if any(each.at(4) or each.at(8) for each in group.named("L0"))]
    _told_empty(message, goods, lines)
    for line, part in enumerate(goods, start=1):
        texts = {**common(part), **days(part)}
        if begin and not texts.get("arrived_on") and begin.at(9) and begin.at(10) in ("035", "35"):
            texts["arrived_on"] = plain_day(begin.at(9))
        if ocean and not texts.get("shipped_on") and made_on:
            texts["shipped_on"] = plain_day(made_on)
            lines.stand("the day of the bill stands for that of departure, which is not stated")
        bill = texts.get("bill_of_lading") or (shipment or invoice)
        texts |= {"id": bill, "bill_of_lading": bill, "mode": "sea" if ocean else "road", **_lading(part)}
        lines.add(part.segments[0].number, line, texts, moment(message.written_at))


def _by_line(segments: Sequence[Segment]) -> tuple[Part, list[Part]]:
    """Part a receipt: what stands before its lines, then by line number within a line."""
    header, groups = Part(), list[Part]()
    within: dict[str, Part] | None = None
    around = header
    for segment in segments:
        if segment.tag == "LX":
            within, around = {}, Part(header, [segment])
        elif segment.tag == "L3" or within is None:
            header.segments.append(segment)
        elif segment.tag in ("L0", "L5", "L1"):
            if segment.at(1) not in within:
                within[segment.at(1)] = Part(around)
                groups.append(within[segment.at(1)])
            within[segment.at(1)].segments.append(segment)
        else:
            around.segments.append(segment)
    return header, groups


def _lading(part: Part) -> Texts:
    weighed = next(each for each in part.named("L0") if each.at(4) or each.at(8))
    described = [each.at(2) for each in part.named("L5")]
    coded = [each.at(3) for each in part.named("L5") if each.at(4) in codes()["hs_qualifiers"]["x12"]]
    return {
        "item": joined([text for text in described if text]),
        "hs_code": coded[0] if coded else None,
        "quantity": figure(weighed.at(8)),
        "unit": package(weighed.at(9)),
        "weight_kg": kilograms(weighed.at(4), weighed.at(11)),
    }


def _status(message: Message, lines: GoodsLines) -> None:
    """Tell what a 214 says: it names no goods, so that no row can be made of it."""
    begin = next((each for each in message.segments if each.tag == "B10"), None)
    bill = (begin.at(2) or begin.at(1)) if begin else ""
    states = {"D1": "delivered", "X1": "arrived", "AF": "departed", "X3": "at pick-up", "CD": "left delivery"}
    said = [
        f"{states.get(each.at(1), f'status {each.at(1)}')} {plain_day(each.at(5))}".strip()
        for each in message.segments
        if each.tag == "AT7"
    ]
    reason = f"is a status message: bill {bill or 'unknown'}, {', '.join(said) or 'no status'}; it names no goods"
    advice = "hand over the shipment itself with this bill_of_lading and shipped_on or arrived_on"
    lines.reject(message.row, "AT7", ", ".join(said), reason, advice)


READERS: Mapping[str, Callable[[Message, GoodsLines], None]] = {
    "210": _receipt,
    "214": _status,
    "309": _manifest,
    "310": _receipt,
}


def _told_empty(message: Message, goods: Sequence[object], lines: GoodsLines) -> None:
    if not goods:
        lines.reject(message.row, "LX", message.reference, "names no goods", "ask the sender for the goods")


X12 = Source(
    id="x12",
    title="X12 customs manifest, freight receipt or freight invoice",
    publisher="the carrier that sent it",
    license="as agreed with the sender",
    tables=("shipments",),
    recognizes=is_x12,
    read=read_x12,
)
