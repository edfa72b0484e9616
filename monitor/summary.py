"""What an alert says in words: what records show, what is inferred, what is not known.

Reads the JSON contract of alerts, so that a stored alert can be worded again. Verbs of movement say "recorded".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from rigour.territories import get_territory

from monitor.words import day, days, listed, number, plural

Json = Mapping[str, Any]

TOLD_BY_PATHS = frozenset({
    "goods_may_have_reached_restricted_end", "goods_change_on_the_way", "license_not_on_record",
})  # fmt: skip
"""Flags whose facts the account of the movements tells already; their reasons stand in the list of findings."""

RULES: Mapping[str, str] = {
    "listed": "the consignee was on a restricted-party list",
    "listed_address": "the address was on a restricted-party list",
    "owned_50_percent": "listed owners held half or more of the consignee",
    "headquarters": "the consignee's headquarters are under arms embargo",
    "destination": "goods of this class needed a license for the destination",
    "military_end_user": "the consignee was on the Military End User List",
    "embargo": "the destination is embargoed",
    "letter": "letters to exporters asked for a license, and whom they bound beside these is not settled",
    "watch_list": "the consignee is on a watch list of yours",
}
"""Why a delivery was restricted, in words."""


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
    shipped, end = _shipped(path), path["end"]["name"]
    if len(shipped) == 1:
        return f"{_most(alert, shipped[0])} recorded as delivered to {shipped[0]['to']['name']}: {_why(path)}"
    verb = "recorded as passed on" if all(link["observed"] for link in path["links"]) else "may have been passed on"
    through = [leg["from"]["name"] for leg in path["legs"][1:]]
    goods = _most(alert, shipped[0])
    return f"{goods} {verb} through {listed(list(dict.fromkeys(through)), most=2)} to {end}"


def summary(alert: Json, *, incorporated_on: dt.date | None = None) -> str:
    """Tell the alert in a paragraph: deliveries, onward legs, law, what is inferred, the other findings, the gaps."""
    told = [
        _deliveries(alert, incorporated_on), _onward(alert), _law(alert), _inferred(alert), _others(alert),
        _unknown(alert),
    ]  # fmt: skip
    return " ".join(filter(None, told))


def _shipped(path: Json) -> list[Json]:
    return [leg for leg in path["legs"] if leg["kind"] == "shipment"]


def _goods(leg: Json) -> str:
    return f"{plural(leg['quantity'], 'unit') if leg['quantity'] is not None else 'units'} of “{leg['item']}”"


def _most(alert: Json, first: Json) -> str:
    """Say how many units it is about: the most that may have reached the last end, over all deliveries."""
    units = _at_end(alert, alert["units"])
    most = units["if_same_goods"]["units"]["most"] if units else None
    if not most:
        return _goods(first)
    upto = "" if len(_shipped(alert["paths"][0])) == 1 else "Up to "
    return f"{upto}{plural(most, 'unit')} of “{first['item']}”"


def _at_end(alert: Json, units: Sequence[Json]) -> Json | None:
    """Pick the units at the farthest end of the best path."""
    end = alert["paths"][0]["end"]["id"] if alert["paths"] else None
    return next((each for each in units if each["end"] == end), units[0] if units else None)


def _why(path: Json) -> str:
    rules: list[str] = [reason["rule"] for reason in path["end"]["restricted_because"] if reason["on_the_day"]]
    if not rules:
        return "a restriction applied only afterwards"
    consignee, end = _shipped(path)[-1]["to"], path["end"]
    named = "the consignee" if consignee["id"] == end["id"] else str(end["name"])
    return RULES.get(rules[0], rules[0].replace("_", " ")).replace("the consignee", named)


def _who(party: Json, incorporated_on: dt.date | None) -> str:
    notes = [country_name(party.get("country"))]
    if incorporated_on:
        notes.append(f"incorporated {incorporated_on.isoformat()}")
    return f"{party['name']} ({', '.join(notes)})"


def _distinct(legs: Sequence[Json]) -> list[Json]:
    seen = {leg["record"]: leg for leg in legs}
    return sorted(seen.values(), key=lambda leg: (leg["departed_on"], leg["record"]))


def _deliveries(alert: Json, incorporated_on: dt.date | None) -> str:
    """Say what the subject is recorded as receiving, and how much of it the user shipped."""
    who, subject = _who(alert["party"], incorporated_on), alert["party"]["id"]
    legs = _distinct([leg for path in alert["paths"] for leg in _shipped(path)])
    came = [leg for leg in legs if leg["to"]["id"] == subject] or legs[:1]
    if not came:
        return f"{who}."
    units = [leg["quantity"] for leg in came if leg["quantity"] is not None]
    whose = f"{who} is" if came[0]["to"]["id"] == subject else f"{who}: {came[0]['to']['name']} is"
    when = days([dt.date.fromisoformat(leg["arrived_on"] or leg["departed_on"]) for leg in came])
    items = listed([f"“{item}”" for item in dict.fromkeys(leg["item"] for leg in came)], most=3)
    amount = f"{plural(sum(units), 'unit')} of {items}" if units else items
    mine = set((alert.get("mine") or {}).get("shipments") or [])
    own = sum(leg["quantity"] or 0 for leg in came if leg["record"] in mine)
    yours = (
        f", {number(own)} of them from you" if own and own != sum(units) else ", all of them from you" if own else ""
    )
    return f"{whose} recorded as receiving {amount} {when}{yours}."


def _onward(alert: Json) -> str:
    """Say what is recorded as going on, leg by leg."""
    subject = alert["party"]["id"]
    legs = _distinct([leg for path in alert["paths"] for leg in _shipped(path) if leg["to"]["id"] != subject])
    told = [
        f"On {day(leg['departed_on'])} {leg['from']['name']} is recorded as shipping {_goods(leg)} to "
        f"{leg['to']['name']}, {country_name(leg['to'].get('country'))}."
        for leg in legs[:6]
    ]
    return " ".join([*told, *([f"{len(legs) - 6} more deliveries are listed."] if len(legs) > 6 else [])])


def _law(alert: Json) -> str:
    legs = _distinct([leg for path in alert["paths"] for leg in _shipped(path)])
    needed = [leg for leg in legs if _needed(leg)]
    if not needed:
        return ""
    silent = all(leg["law"]["on_date"]["on_record"] == "no" for leg in needed)
    status = "none is on record" if silent else "the source does not record licenses"
    if_received = "" if all(leg.get("recognized", True) for leg in needed) else "if the goods are those received, "
    records = listed([leg["record"] for leg in needed])
    why = listed(list(dict.fromkeys(_why(path) for path in alert["paths"])), most=2)
    return f"For {records}, {if_received}a license was required on the day and {status}: {why}."


def _needed(leg: Json) -> bool:
    law = leg["law"]["on_date"]
    return bool(law["license"] == "required" and law["on_record"] != "yes")


def _inferred(alert: Json) -> str:
    links = [link for path in alert["paths"][:1] for link in path["links"] if not link["observed"]]
    if not links:
        return _units(alert)
    basis = sorted({each for link in links for each in link["basis"]})
    against = sorted({each for link in links for each in link["against"]})
    text = f"Inferred: that the goods passed on are those received; {listed(basis)} fit"
    text += f", {listed(against)} do not." if against else "."
    return f"{text.replace('hs_code', 'HS code').replace('_', ' ')} {_units(alert)}"


def _units(alert: Json) -> str:
    mine = (alert.get("mine") or {}).get("units") or []
    whose, units = ("of your units", _at_end(alert, mine)) if mine else ("units", _at_end(alert, alert["units"]))
    if units is None or len(_shipped(alert["paths"][0])) == 1:
        return ""
    sure, bounds = units["recognized"]["units"], units["if_same_goods"]["units"]
    if sure["least"]:
        return f"By recognized goods alone at least {number(sure['least'])} {whose} were among them."
    span = f"at least {number(bounds['least'])}, likely {number(bounds['likely'])} and at most {number(bounds['most'])}"
    return f"If so, and if there was no other stock, {span} {whose} were among them; if not, none."


def _others(alert: Json) -> str:
    findings = [each for each in alert["findings"] if not (alert["paths"] and each["flag"] in TOLD_BY_PATHS)]
    told = [_sentence(each) for each in findings]
    return " ".join(told[:12]) + (f" {len(told) - 12} more findings are listed." if len(told) > 12 else "")


def _sentence(finding: Json) -> str:
    name, reason = finding["party"]["name"], finding["reason"]
    return reason if name in reason else f"{name}: {reason}"


def _unknown(alert: Json) -> str:
    gaps = list(dict.fromkeys(each["because"] for each in alert["not_evaluable"]))
    return f"Not known: {'; '.join(gaps[:5])}." if gaps else ""
