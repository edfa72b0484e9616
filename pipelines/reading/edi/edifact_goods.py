"""One goods item of an EDIFACT message as canonical text: what it does not say, its consignment or message does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.normalize.countries import country_at_end
from pipelines.reading.edi.parts import Part, Party, in_roles
from pipelines.reading.edi.segment import Segment
from pipelines.reading.edi.values import codes, day, figure, in_country, joined, kilograms, package
from pipelines.reading.goods_lines import GoodsLines


def goods_item(part: Part, kind: str, document: str, lines: GoodsLines) -> dict[str, str | None]:
    """Read one goods item."""
    consigned = next((each.named("CNI")[0].at(2) for each in part.chain() if each.named("CNI")), "")
    references = _references(part)
    bill = references.get("bill_of_lading") or _opening(part, kind) or consigned
    quantity, unit = _quantity(part)
    texts: dict[str, str | None] = {
        **_days(part, kind, lines),
        **in_roles(_parties(part), codes()["parties"]["edifact"]),
        **_places(part),
        **references,
        **_value(part),
        "id": bill or document,
        "kind": "import" if kind == "CUSCAR" and part.coded("LOC", ["60"], _first) else None,
        "mode": _mode(part),
        "item": _item(part),
        "hs_code": _hs_code(part),
        "quantity": quantity,
        "unit": unit,
        "weight_kg": _weight(part),
        "bill_of_lading": bill or None,
        "serial_numbers": ";".join(
            text for each in part.named("GIN") if each.at(1) in ("BN", "SN") for text in _all(each)
        ),
    }
    return texts


def _first(segment: Segment) -> str:
    return segment.at(1)


def _references(part: Part) -> dict[str, str | None]:
    wanted: Mapping[str, Sequence[str]] = codes()["references"]["edifact"]
    found = {column: part.coded("RFF", names, _first) for column, names in wanted.items()}
    return {column: segment.at(1, 2) or None for column, segment in found.items() if segment}


def _opening(part: Part, kind: str) -> str:
    """The reference that opens the bill of a CUSCAR, whatever its qualifier."""
    if kind != "CUSCAR" or part.around is None:
        return ""
    return next((each.at(1, 2) for each in part.around.named("RFF")), "")


def _days(part: Part, kind: str, lines: GoodsLines) -> dict[str, str | None]:
    days: dict[str, str | None] = {}
    for name, wanted in codes()["days"]["edifact"].items():
        found = part.coded("DTM", wanted, _first)
        days[name] = day(found.at(1, 2), found.at(1, 3), last=name == "arrived_on") if found else None
    document = days.pop("document")
    if not days["shipped_on"] and kind == "CUSCAR":
        stands = min(filter(None, (document, days["arrived_on"])), default=None)
        if stands:
            what = "the day of the document" if stands == document else "the day of arrival"
            lines.stand(f"{what} stands for that of departure, which is not stated")
        days["shipped_on"] = stands
    return days


def _parties(part: Part) -> dict[str, Party]:
    parties: dict[str, Party] = {}
    for each in part.chain():
        here: dict[str, dict[str, str]] = {}
        last: dict[str, str] | None = None
        for segment in each.segments:
            if segment.tag == "NAD":
                last = here.setdefault(segment.at(1), _party(segment))
            elif segment.tag == "COM" and last is not None:
                last["email" if segment.at(1, 2) == "EM" else "phone"] = segment.at(1, 1)
            elif segment.tag != "CTA":
                last = None
        parties = {**here, **parties}
    return parties


def _party(segment: Segment) -> dict[str, str]:
    """Read a name and address: structured, or as lines of which the first is the name."""
    lines = [text.strip() for text in segment.parts(3) if text.strip()]
    named = joined(segment.parts(4))
    name = named or (lines[0] if lines else segment.at(2))
    street = [*(lines if named else lines[1:]), joined(segment.parts(5)), segment.at(6), segment.at(7), segment.at(8)]
    address = ", ".join(filter(None, street))
    country = in_country(segment.at(9)) or country_at_end(address) or ""
    return {"name": name, "address": address, "country": country, "id": segment.at(2)}


def _places(part: Part) -> dict[str, str | None]:
    places: dict[str, str | None] = {}
    for column, wanted in codes()["places"]["edifact"].items():
        stated = [segment for code in wanted if (segment := part.coded("LOC", [code], _first)) and segment.at(2)]
        if column.startswith("port_"):
            places[column] = next((each.at(2) or each.at(2, 4) for each in stated), None)
        else:
            found = (in_country(each.at(2), each.at(2, 4)) for each in stated)
            places[column] = next(filter(None, found), None)
    return places


def _mode(part: Part) -> str | None:
    for each in part.chain():
        for segment in each.named("TDT"):
            mode: str | None = codes()["modes"]["edifact"].get(segment.at(3))
            if mode:
                return mode
    return None


def _item(part: Part) -> str | None:
    """What the goods are: their description, else the article number, else the tariff heading."""
    described = [joined(each.parts(4)) for each in part.named("FTX") if each.at(1) in ("AAA", "AAI", "PRD")]
    articles = [each.at(2) for each in part.named("PIA") if each.at(2, 2) != "HS"]
    code = _hs_code(part)
    named = [joined(each.parts(3)[3:]) for each in part.named("IMD")]
    return next(filter(None, [" ".join(filter(None, described)), *named, *articles, code and f"HS {code}"]), None)


def _hs_code(part: Part) -> str | None:
    codes_stated = [each.at(2) for each in part.named("CST")]
    codes_stated += [each.at(2) for each in part.named("PIA") if each.at(2, 2) == "HS"]
    return next((text for text in codes_stated if text.isdecimal()), None)


def _all(segment: Segment) -> list[str]:
    return [text for at in range(2, len(segment.elements) + 1) for text in segment.parts(at) if text]


def _quantity(part: Part) -> tuple[str | None, str | None]:
    """Count articles where the item counts them, else what they are packed in."""
    pieces = codes()["pieces"]["codes"]
    for segment in part.named("QTY"):
        if segment.at(1, 2):
            unit = segment.at(1, 3)
            return figure(segment.at(1, 2)), "kg" if unit == "KGM" else package(unit) if unit else "piece"
    for segment in part.named("MEA"):
        if segment.at(3, 1) in pieces and segment.at(3, 2):
            return figure(segment.at(3, 2)), "piece"
    return _packed(part.segments[0])


def _packed(item: Segment) -> tuple[str | None, str | None]:
    """The packages of a goods item: the outermost that are counted; their type may stand behind an article number."""
    known = codes()["packages"]
    for at in (2, 3, 4):
        if item.at(at):
            stated = [text for text in item.parts(at)[1:] if text in known]
            return figure(item.at(at)), package(stated[0] if stated else item.at(at, 2))
    return None, None


def _weight(part: Part) -> str | None:
    """The gross weight of the item; else the sum of what lies in each container."""
    wanted = codes()["measures"]["weight"]
    own: list[str] = []
    split: list[str] = []
    into = own
    for segment in part.segments:
        into = split if segment.tag == "SGP" else into
        if segment.tag == "MEA" and (segment.at(2) in wanted or segment.at(1) in wanted):
            weight = kilograms(segment.at(3, 2), segment.at(3, 1))
            into += [weight] if weight else []
    if own or len(split) < 2:
        return next(iter([*own, *split]), None)
    try:
        return str(sum(map(float, split)))
    except ValueError:
        return split[0]


def _value(part: Part) -> dict[str, str | None]:
    """The value of the item, in its own currency or that of the document; one without currency is not used."""
    document = next((each.at(1, 2) for around in part.chain() for each in around.named("CUX")), "")
    for segment in sorted(part.named("MOA"), key=lambda each: _rank(each.at(1))):
        currency = segment.at(1, 3) or document
        if segment.at(1) in codes()["amounts"]["edifact"] and segment.at(1, 2) and currency:
            return {"value": figure(segment.at(1, 2)), "currency": currency}
    return {}


def _rank(code: str) -> int:
    order: list[str] = codes()["amounts"]["edifact"]
    return order.index(code) if code in order else len(order)
