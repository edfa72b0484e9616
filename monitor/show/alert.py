"""Alerts: the list, and one in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.summary import country_name
from monitor.terminal import heading, paragraph, put, put_list
from monitor.words import DISCLAIMER, number, plural, usd

Json = Mapping[str, Any]


NONE = "no alerts; that is what the records given show, not a clearance"


def show_alerts(alerts: Sequence[Json]) -> None:
    """Print alerts worst first, two lines each: what it is and whom it names, then its title."""
    for alert in alerts:
        party, score = alert["party"], alert["score"]
        told = f"{plural(len(alert['findings']), 'finding')}, {plural(len(alert['paths']), 'path')}"
        put(
            f"{alert['severity'].upper():8}  {alert['kind']:13} {alert['id']}  "
            f"{party['name']} ({country_name(party['country'])})"
        )
        paragraph(alert["title"], " " * 10)
        paragraph(f"{alert['status'].replace('_', ' ')}, score {score:.2f}, {told}", " " * 10)
    counts = Counter(alert["severity"] for alert in alerts)
    told = ", ".join(f"{counts[name]} {name}" for name in ("critical", "high", "medium", "low") if counts[name])
    if alerts:
        put()
    put(f"{plural(len(alerts), 'alert')}: {told}" if alerts else NONE)


def show_alert(alert: Json, history: Sequence[Json] = ()) -> None:
    """Print one alert: what, why, along which path, how many units, what is not known, and the disclaimer."""
    status = alert["status"].replace("_", " ")
    put(f"{alert['severity'].upper()} · {alert['kind']} · score {alert['score']:.2f} · {status} · {alert['id']}")
    paragraph(alert["title"])
    heading("Summary")
    paragraph(alert["summary"], "  ")
    for number_, path in enumerate(alert["paths"], 1):
        heading(f"Path {number_} of {len(alert['paths'])} (score {path['score']:.2f})")
        show_path(path)
    if alert["units"]:
        heading("Units that may have reached each end (least / likely / first in, first out / most)")
        show_units(alert["units"])
    mine = alert.get("mine")
    if mine and mine.get("shipments"):
        heading(
            f"Of your own {plural(mine['quantity'], 'unit')}, {usd(mine['value_usd'])} ({', '.join(mine['shipments'])})"
        )
        show_units(mine["units"])
    heading("Red flags")
    for finding in alert["findings"]:
        show_finding(finding, alert["party"]["id"])
    put_list(
        "Innocent readings",
        alert["explanations"],
        lambda each: f"{each['innocent_reading']} Shown by: {each['would_be_shown_by']}",
    )
    put_list("Not judged", alert["not_evaluable"], lambda each: f"{each['flag']}: {each['because']}")
    if alert["searched"]:
        heading("Searched")
        paragraph(searched(alert["searched"]), "  ")
    put_list("History", history, lambda each: f"{each['at']} {each['who']} {each['what']} {each['why'] or ''}")
    put()
    paragraph(DISCLAIMER)


def show_path(path: Json) -> None:
    """Print a path leg by leg, with the joins between legs."""
    links = {link["to_leg"]: link for link in path["links"]}
    for index, leg in enumerate(path["legs"]):
        link = links.get(index)
        if link:
            against = f"; against it: {', '.join(link['against'])}" if link["against"] else ""
            how = "observed" if link["observed"] else "inferred"
            put(f"     │ {how} from {', '.join(link['basis']) or 'order of events'}{against}")
        paragraph(_leg(leg), "     ", f"  {index + 1}. ")
        if leg["law"]:
            put(f"     license: {_license(leg['law']['on_date'])} [{leg['record']}]")
    end = path["end"]
    for reason in end["restricted_because"]:
        paragraph(f"{end['name']}: {_restriction(reason)}", "       ", "     ■ ")


def _restriction(reason: Json) -> str:
    when = "on the day" if reason["on_the_day"] else "only afterwards"
    entry = f" ({reason['list']}: {reason['entry']})" if reason.get("entry") else ""
    rule, certainty = reason["rule"].replace("_", " "), reason["certainty"].replace("_", " ")
    return f"{rule} {when}, {certainty}{entry}; {reason['citation']}"


def _leg(leg: Json) -> str:
    ends = f"{leg['from']['name']} → {leg['to']['name']}"
    if leg["kind"] != "shipment":
        return f"{ends} ({leg['kind'].replace('_', ' ')}: {leg['record']})"
    amount = number(leg["quantity"]) if leg["quantity"] is not None else "?"
    return f"{leg['departed_on']} {ends}, {country_name(leg['to'].get('country'))}: {amount} × “{leg['item']}”"


def _license(law: Json) -> str:
    need = str(law["license"]).replace("_", " ")
    if law["license"] == "not_required":
        return need
    assumed = "if the goods are those received, " if str(next(iter(law["because"]), "")).startswith("if the") else ""
    return f"{assumed}{need}, on record: {law['on_record']}"


def show_units(units: Sequence[Json]) -> None:
    """Print the units at each end, on recognized goods and if the others are the same."""
    for each in units:
        for basis, said in (("recognized", "on recognized goods"), ("if_same_goods", "if these are the same goods")):
            bounds, chips = each[basis]["units"], each[basis].get("chips") or {}
            text = " / ".join(number(bounds[name]) for name in ("least", "likely", "first_in_first_out", "most"))
            extra = f" = {number(chips['least'])} to {number(chips['most'])} chips" if chips.get("most") else ""
            put(f"  {each.get('name') or each['end']}: {text}{extra} {said}")
        paragraph("assumes " + "; ".join(each["assumes"]), "    ")


def show_finding(finding: Json, subject: str) -> None:
    """Print one finding, naming its party where that is not the subject."""
    named = finding["party"]["id"] == subject or finding["party"]["name"] in finding["reason"]
    who = "" if named else f"{finding['party']['name']}: "
    put(f"  {finding['severity']:8} {finding['flag']}")
    paragraph(who + finding["reason"], "           ")
    cites = "; ".join(
        f"{cite['document']} {cite['passage']}" + (" (verify)" if cite["verify"] else "") for cite in finding["cites"]
    )
    paragraph(f"[{cites}]", "           ")


def searched(within: Json) -> str:
    """Say what was searched, and whether anything was cut."""
    dwell = ", ".join(f"{family} {days} days" for family, days in within["dwell_days"].items())
    cut = "something was cut, longer paths may exist" if within["truncated"] else "nothing was cut"
    return (
        f"up to {within['max_legs']} legs; dwell {dwell}; links {', '.join(within['links_used'])}; records from "
        f"{within['records_from']} to {within['records_to']}; {cut}"
    )
