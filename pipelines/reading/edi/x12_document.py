"""What every X12 document of transport says alike: parties, references, days, and the places of the route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.normalize.countries import country_at_end, country_code
from pipelines.reading.edi.parts import Part, Party, in_roles
from pipelines.reading.edi.segment import Segment
from pipelines.reading.edi.values import codes, in_country, plain_day

Texts = dict[str, str | None]


def common(part: Part) -> Texts:
    """What every document says alike: parties, references, places of the route."""
    route = [(each, _country(each)) for around in part.chain() for each in around.named("R4")]
    ends = {each.at(1): country for each, country in reversed(route) if country}
    ports = {each.at(1): each.at(3) or each.at(4) for each, _ in reversed(route)}
    return {
        **in_roles(_parties(part), codes()["parties"]["x12"]),
        **_references(part),
        "port_of_lading": ports.get("L"),
        "port_of_unlading": ports.get("D"),
        "origin_country": ends.get("L") or ends.get("R"),
        "destination_country": ends.get("E") or ends.get("D"),
        "via": ends.get("T"),
    }


def _country(place: Segment) -> str | None:
    return in_country(place.at(3) if place.at(2) == "UN" else "", place.at(5))


def _references(part: Part) -> Texts:
    def qualifier(segment: Segment) -> str:
        return segment.at(2) if segment.tag == "L11" else segment.at(1)

    found: Texts = {}
    for column, wanted in codes()["references"]["x12"].items():
        stated = [part.coded(tag, wanted, qualifier) for tag in ("N9", "REF", "L11")]
        texts = [each.at(1 if each.tag == "L11" else 2) for each in stated if each]
        found[column] = next(filter(None, texts), None)
    return found


def days(part: Part) -> Texts:
    """Days of departure and arrival, by qualifier; in a route (R4) a day is of the port before it."""
    told: Texts = {}
    stated: dict[str, str] = {}
    for each in part.chain():
        port = ""
        for segment in each.segments:
            port = segment.at(1) if segment.tag == "R4" else port
            if segment.tag in ("DTM", "G62"):
                stated.setdefault(segment.at(1), segment.at(2))
                if segment.tag == "DTM" and segment.at(1) in ("140", "139"):
                    stated.setdefault(f"{port} {segment.at(1)}", segment.at(2))
    at_ports = {"shipped_on": ["L 140", "L 139"], "arrived_on": ["E 140", "D 140", "E 139", "D 139"]}
    for name, wanted in codes()["days"]["x12"].items():
        found = next((stated[code] for code in (*wanted, *at_ports[name]) if stated.get(code)), None)
        told[name] = plain_day(found) if found else None
    return told


def _parties(part: Part) -> dict[str, Party]:
    parties: dict[str, Party] = {}
    for each in part.chain():
        here: dict[str, Party] = {}
        now: list[Segment] = []
        for segment in [*each.segments, Segment(0, "N1", ())]:
            if segment.tag == "N1":
                if now:
                    here.setdefault(now[0].at(1), _party(now))
                now = [segment]
            elif now and segment.tag in ("N2", "N3", "N4", "PER", "G61"):
                now.append(segment)
        parties = {**here, **parties}
    return parties


def _party(segments: Sequence[Segment]) -> dict[str, str]:
    first = segments[0]
    more = [text for each in segments if each.tag == "N2" for text in (each.at(1), each.at(2))]
    streets = [text for each in segments if each.tag == "N3" for text in (each.at(1), each.at(2))]
    place = next((each for each in segments if each.tag == "N4"), Segment(0, "N4", ()))
    address = ", ".join(filter(None, [*streets, place.at(1), place.at(2), place.at(3), place.at(4)]))
    states: Mapping[str, Sequence[str]] = codes()["states"]
    by_state = next((country for country, names in states.items() if place.at(2) in names), "")
    country = (country_code(place.at(4)) if place.at(4) else by_state) or country_at_end(address) or ""
    return {
        "name": " ".join(filter(None, [first.at(2), *more])) or first.at(4),
        "address": address,
        "country": country,
        "id": first.at(4),
        **_contact(segments),
    }


def _contact(segments: Sequence[Segment]) -> dict[str, str]:
    found: dict[str, str] = {}
    for segment in segments:
        if segment.tag in ("PER", "G61"):
            for at in (3, 5, 7):
                kind = {"TE": "phone", "EM": "email"}.get(segment.at(at))
                if kind and segment.at(at + 1):
                    found.setdefault(kind, segment.at(at + 1))
    return found
