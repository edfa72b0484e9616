"""DCSA shipping instructions and transport documents (JSON, versions 1 to 3): one row per cargo item.

The day of departure is that of shipping on board, else of planned departure, receipt for shipment or issue; packages
are no pieces. A cargo item without a day or a named shipper and consignee is rejected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.documents import goods_of
from pipelines.normalize.countries import country_code
from pipelines.reading.edi.parts import Party, in_roles
from pipelines.reading.edi.values import codes, in_country, joined, kilograms, package
from pipelines.reading.goods_lines import GoodsLines
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

TELLING = frozenset(
    {"documentParties", "utilizedTransportEquipments", "transportDocumentTypeCode", "carrierBookingReference"}
)
DAYS = (
    ("shippedOnBoardDate", ""),
    ("actualDepartureDate", ""),
    ("plannedDepartureDate", "the planned day of departure stands for the actual one"),
    ("receivedForShipmentDate", "the day of receipt for shipment stands for that of departure, which is not stated"),
    ("issueDate", "the day of issue stands for that of departure, which is not stated"),
)
STREET = ("street", "streetNumber", "floor", "POBox", "postCode", "city", "stateRegion", "country", "countryCode")
Node = Mapping[str, Any]


def is_dcsa(file: RawFile) -> bool:
    """Whether the first record is a document with consignment items."""
    if not file.is_json:
        return False
    first = next(iter(file.objects), None)
    return isinstance(first, Mapping) and "consignmentItems" in first and bool(TELLING & set(first))


def read_dcsa(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file document by document."""
    return goods_of(files, lambda file: enumerate(file.objects, start=1), _take, "has no document")


def _take(numbered: tuple[int, Any], lines: GoodsLines) -> None:
    """Read one document; what is none is rejected."""
    number, document = numbered
    if isinstance(document, ValueError) or not isinstance(document, Mapping):
        reason = str(document) if isinstance(document, ValueError) else "the record is no JSON object"
        lines.reject(number, "document", str(document), reason, "ask the sender for a valid document")
        return
    for column, strange in _strange(document):
        lines.reject(number, column, str(strange), "is no item", "ask the sender to correct it")
    items = [(item, cargo) for item in _nodes(document.get("consignmentItems")) for cargo in _cargo(item)]
    if not items:
        advice = "ask the sender for its consignmentItems"
        lines.reject(number, "consignmentItems", "", "the document names no goods", advice)
        return
    common = _common(document, lines, len(items))
    for line, (item, cargo) in enumerate(items, start=1):
        lines.add(number, line, {**common, **_goods(document, item, cargo)}, _text(document, "updatedDateTime") or None)


def _strange(document: Node) -> Iterator[tuple[str, Any]]:
    """What stands where items should and is none."""
    items = document.get("consignmentItems")
    cargo = [node.get("cargoItems") for node in _nodes(items)]
    for column, listed in (("consignmentItems", items), *(("cargoItems", each) for each in cargo)):
        several = listed if isinstance(listed, list) else [] if listed is None else [listed]
        yield from ((column, each) for each in several if not isinstance(each, Mapping))


def _cargo(item: Node) -> list[Node]:
    return _nodes(item.get("cargoItems")) or [item]


def _common(document: Node, lines: GoodsLines, items: int) -> dict[str, str | None]:
    places = {"port_of_lading": _place(document, "portOfLoad"), "port_of_unlading": _place(document, "portOfDischarge")}
    receipt, delivery = _place(document, "placeOfReceipt"), _place(document, "placeOfDelivery")
    shipped = next(((_found(document, name), stands) for name, stands in DAYS if _found(document, name)), ("", ""))
    for _ in range(items if shipped[1] else 0):
        lines.stand(shipped[1])
    return {
        **in_roles(_parties(document), codes()["parties"]["dcsa"]),
        **{column: text for column, (text, _) in places.items()},
        **_references(document),
        "shipped_on": shipped[0][:10],
        "arrived_on": _found(document, "actualArrivalDate")[:10],
        "origin_country": places["port_of_lading"][1] or receipt[1],
        "destination_country": delivery[1] or places["port_of_unlading"][1],
        "delivery_address": delivery[0],
        "mode": "sea",
    }


def _goods(document: Node, item: Node, cargo: Node) -> dict[str, str | None]:
    booking = _text(item, "carrierBookingReference") or _text(document, "carrierBookingReference")
    reference = _text(document, "transportDocumentReference")
    instruction = _text(document, "shippingInstructionsReference") or _text(document, "shippingInstructionReference")
    instruction = instruction or _text(document, "shippingInstructionID")
    packed = cargo.get("outerPackaging") if isinstance(cargo.get("outerPackaging"), Mapping) else cargo
    count, weight = _packed(packed), _weight(cargo) or (_weight(item) if len(_cargo(item)) == 1 else None)
    described, coded = _texts(item, "descriptionOfGoods"), _texts(item, "HSCodes") or _texts(item, "HSCode")
    return {
        "id": reference or instruction or booking,
        "bill_of_lading": reference,
        "item": joined(described) or (f"HS {coded[0]}" if coded else None),
        "hs_code": coded[0] if coded else None,
        "quantity": count[0],
        "unit": count[1],
        "weight_kg": weight,
        **{column: text for column, text in _references(item).items() if text},
    }


def _packed(packed: Any) -> tuple[str | None, str | None]:
    if not isinstance(packed, Mapping) or packed.get("numberOfPackages") is None:
        return None, None
    return _text(packed, "numberOfPackages"), package(_text(packed, "packageCode"))


def _weight(node: Node) -> str | None:
    gross = node.get("cargoGrossWeight")
    if isinstance(gross, Mapping):
        return kilograms(_text(gross, "value"), _text(gross, "unit"))
    if gross is not None:
        return kilograms(str(gross), _text(node, "cargoGrossWeightUnit"))
    return kilograms(_text(node, "weight"), _text(node, "weightUnit"))


def _references(node: Node) -> dict[str, str | None]:
    stated = [(_text(each, "referenceType") or _text(each, "type"), each) for each in _nodes(node.get("references"))]
    found: dict[str, str | None] = {}
    for column, wanted in codes()["references"]["dcsa"].items():
        texts = [
            _text(each, "referenceValue") or "".join(_texts(each, "values")[:1])
            for kind, each in stated
            if kind in wanted
        ]
        found[column] = next(filter(None, texts), None)
    return found


def _place(document: Node, name: str) -> tuple[str | None, str | None]:
    """The code (else the name) of a place of the route, and its country."""
    names = (name, f"{name}ing") if name.endswith("Load") else (name,)
    around: list[Any] = [document, document.get("transports"), *_nodes(document.get("transports"))]
    for node in around:
        for key in names:
            place = node.get(key) if isinstance(node, Mapping) else None
            if isinstance(place, Mapping):
                address = place.get("address") if isinstance(place.get("address"), Mapping) else {}
                code = _text(place, "UNLocationCode")
                countries = (_text(address or {}, "country"), _text(address or {}, "countryCode"))
                return code or _text(place, "locationName") or None, in_country(code, *countries)
    shown = _texts(document, f"displayedNameFor{name[0].upper()}{name[1:]}")
    return (", ".join(shown) or None), None


def _parties(document: Node) -> dict[str, Party]:
    """Parties by their function, whether listed (versions 1 and 2) or named (3)."""
    stated = document.get("documentParties")
    if isinstance(stated, Mapping):
        named = [(role, each) for role, node in stated.items() for each in (_nodes(node) or _nodes([node]))]
        listed = [(_text(each, "partyFunction"), each) for each in _nodes(stated.get("other"))]
        named = [(role, each) for role, each in named if role != "other"]
    else:
        named, listed = [], [(_text(each, "partyFunction"), each) for each in _nodes(stated)]
    parties: dict[str, Party] = {}
    for role, each in [*named, *listed]:
        parties.setdefault(role, _party(each))
    return parties


def _party(node: Node) -> Party:
    party = node["party"] if isinstance(node.get("party"), Mapping) else node
    address = party.get("address") if isinstance(party.get("address"), Mapping) else {}
    shown = _texts(node, "displayedAddress")
    lines = [_text(address or {}, key) for key in STREET if _text(address or {}, key).upper() != "N/A"]
    country = _text(address or {}, "countryCode") or _text(address or {}, "country")
    contact = next(iter(_nodes(party.get("partyContactDetails"))), {})
    codes_known = [_text(each, "partyCode") for each in _nodes(party.get("identifyingCodes"))]
    return {
        "name": _text(party, "partyName"),
        "address": ", ".join(filter(None, lines)) or ", ".join(shown),
        "country": country_code(country) or "" if country else "",
        "id": next(iter(filter(None, codes_known)), ""),
        "phone": _text(contact, "phone"),
        "email": _text(contact, "email"),
    }


def _nodes(value: Any) -> list[Node]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _found(document: Node, name: str) -> str:
    """A text of the document or of its transports."""
    around = [document, document.get("transports"), *_nodes(document.get("transports")), document.get("documentDates")]
    return next(filter(None, (_text(node, name) for node in around if isinstance(node, Mapping))), "")


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return "" if value is None or isinstance(value, Mapping | list | bool) else str(value).strip()


def _texts(node: Node, name: str) -> list[str]:
    value = node.get(name)
    listed = value if isinstance(value, list) else [value]
    return [str(each).strip() for each in listed if isinstance(each, str | int | float) and str(each).strip()]


DCSA = Source(
    id="dcsa",
    title="DCSA shipping instruction or transport document",
    publisher="the shipper or carrier that sent it",
    license="as agreed with the sender",
    tables=("shipments",),
    recognizes=is_dcsa,
    read=read_dcsa,
)
