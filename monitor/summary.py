"""What an alert says in words: what records show, what is inferred, what is not known.

Reads the JSON contract of alerts, so that a stored alert can be worded again. Verbs of movement say "recorded".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from rigour.territories import get_territory

from monitor.words import day, listed, number, plural

Json = Mapping[str, Any]


def country_name(code: str | None) -> str:
    """Name a country for people; an unknown code stays as it is."""
    territory = get_territory(code) if code else None
    return territory.name if territory else code or "country not recorded"


def title(alert: Json) -> str:
    """Say in one sentence what is to be reviewed."""
    name = alert["party"]["name"]
    if not alert["paths"]:
        leading = alert["findings"][0]
        return f"{name}: {leading['title'][0].lower()}{leading['title'][1:]}"
    path = alert["paths"][0]
    goods, end = path["legs"][0], path["end"]["name"]
    what = f"{plural(goods['quantity'], 'unit') if goods['quantity'] is not None else 'Units'} of {goods['item']}"
    if len(_shipped(path)) == 1:
        return f"{what} are recorded as delivered to {end}, where a restriction applied"
    verb = "are recorded as passed on" if all(link["observed"] for link in path["links"]) else "may have been passed on"
    through = "" if name == end else f" through {name}"
    return f"{what} {verb}{through} to {end}"


def summary(alert: Json, *, incorporated_on: dt.date | None = None) -> str:
    """Tell the alert in a paragraph: deliveries, onward legs, law, what is inferred, and the other findings."""
    parts = [_moves(alert, incorporated_on), _law(alert), _inferred(alert), _reasons(alert), _unknown(alert)]
    return " ".join(filter(None, parts))


def _shipped(path: Json) -> list[Json]:
    return [leg for leg in path["legs"] if leg["kind"] == "shipment"]


def _who(party: Json, incorporated_on: dt.date | None) -> str:
    notes = [country_name(party.get("country"))]
    if incorporated_on:
        notes.append(f"incorporated {incorporated_on.isoformat()}")
    return f"{party['name']} ({', '.join(notes)})"


def _moves(alert: Json, incorporated_on: dt.date | None) -> str:
    legs = _distinct([leg for path in alert["paths"] for leg in _shipped(path)])
    sentences = []
    for leg in legs:
        when = day(leg["departed_on"])
        sentences.append(
            f"On {when} {leg['from']['name']} is recorded as shipping {_amount(leg)} to "
            f"{leg['to']['name']}, {country_name(leg['to'].get('country'))}."
        )
    head = f"{_who(alert['party'], incorporated_on)}."
    return " ".join(
        [head, *sentences[:6], *([f"{len(sentences) - 6} more deliveries are listed."] if len(sentences) > 6 else [])]
    )


def _amount(leg: Json) -> str:
    count = plural(leg["quantity"], "unit") if leg["quantity"] is not None else "an unknown number of units"
    return f"{count} of “{leg['item']}”"


def _distinct(legs: Sequence[Json]) -> list[Json]:
    seen: dict[str, Json] = {leg["record"]: leg for leg in legs}
    return sorted(seen.values(), key=lambda leg: (leg["departed_on"], leg["record"]))


def _law(alert: Json) -> str:
    needed = [
        leg
        for leg in _distinct([leg for path in alert["paths"] for leg in _shipped(path)])
        if leg["law"]["on_date"]["license"] == "required" and leg["law"]["on_date"]["on_record"] != "yes"
    ]
    if not needed:
        return ""
    records = listed([leg["record"] for leg in needed])
    known = all(leg["law"]["on_date"]["on_record"] == "no" for leg in needed)
    status = "no license is on record" if known else "the source does not record licenses"
    return f"For {records} a license was required on the day and {status}: {'; '.join(needed[0]['law']['on_date']['because'])}."


def _inferred(alert: Json) -> str:
    links = [link for path in alert["paths"][:1] for link in path["links"] if not link["observed"]]
    if not links:
        return ""
    basis = listed(sorted({each for link in links for each in link["basis"]}))
    against = sorted({each for link in links for each in link["against"]})
    text = f"Inferred: that the goods passed on are those received; {basis.replace('_', ' ')} fit"
    text += f", {listed(against).replace('_', ' ')} do not." if against else "."
    return f"{text} {_units(alert)}"


def _units(alert: Json) -> str:
    mine = (alert.get("mine") or {}).get("units") or []
    whose, units = ("of the units you shipped", mine[0]) if mine else ("units", next(iter(alert["units"]), None))
    if units is None:
        return ""
    bounds = units["if_same_goods"]["units"]
    recognized = units["recognized"]["units"]
    text = f"If so, at least {number(bounds['least'])}, likely {number(bounds['likely'])} and at most {number(bounds['most'])} {whose} were among them"
    return text + (
        f"; on recognized goods alone at least {number(recognized['least'])}."
        if recognized["least"]
        else "; if not, none."
    )


def _reasons(alert: Json) -> str:
    reasons = [
        f"{each['party']['name']}: {each['reason']}" if each["party"]["id"] != alert["party"]["id"] else each["reason"]
        for each in alert["findings"]
    ]
    return " ".join(reasons[:8]) + (f" {len(reasons) - 8} more findings are listed." if len(reasons) > 8 else "")


def _unknown(alert: Json) -> str:
    gaps = [each["because"] for each in alert["not_evaluable"][:3]]
    return f"Not known: {'; '.join(gaps)}." if gaps else ""
