"""Answers as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any

import typer

from monitor.cli.options import put_table
from monitor.demo import Demo
from monitor.summary import country_name
from monitor.words import DISCLAIMER, number, plural, usd

Json = Mapping[str, Any]
WIDTH = 110


def paragraph(text: str, indent: str = "") -> None:
    """Print text wrapped to a readable width, without control characters."""
    clean = "".join(each if each.isprintable() else " " for each in text)
    typer.echo("\n".join(wrap(clean, WIDTH, initial_indent=indent, subsequent_indent=indent)) or indent)


def heading(text: str) -> None:
    typer.echo(f"\n{text}")


def show_alert(alert: Json, history: Sequence[Json] = ()) -> None:
    """Print one alert: what, why, along which path, how many units, what is not known, and the disclaimer."""
    typer.echo(
        f"{alert['severity'].upper()} · {alert['kind']} · score {alert['score']:.2f} · {alert['status']} · {alert['id']}"
    )
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
    _list(
        "Innocent readings",
        alert["explanations"],
        lambda each: f"{each['innocent_reading']} Shown by: {each['would_be_shown_by']}",
    )
    _list("Not judged", alert["not_evaluable"], lambda each: f"{each['flag']}: {each['because']}")
    if alert["searched"]:
        heading("Searched")
        paragraph(_searched(alert["searched"]), "  ")
    _list("History", history, lambda each: f"{each['at']} {each['who']} {each['what']} {each['why'] or ''}")
    typer.echo("")
    paragraph(DISCLAIMER)


def show_path(path: Json) -> None:
    """Print a path leg by leg, with the joins between legs."""
    links = {link["to_leg"]: link for link in path["links"]}
    for index, leg in enumerate(path["legs"]):
        link = links.get(index)
        if link:
            against = f"; against it: {', '.join(link['against'])}" if link["against"] else ""
            how = "observed" if link["observed"] else "inferred"
            typer.echo(f"     │ {how} from {', '.join(link['basis']) or 'order of events'}{against}")
        typer.echo(f"  {index + 1}. {_leg(leg)}")
    end = path["end"]
    for reason in end["restricted_because"]:
        when = "on the day" if reason["on_the_day"] else "only afterwards"
        entry = f" ({reason['list']}: {reason['entry']})" if reason.get("entry") else ""
        typer.echo(
            f"     ■ {end['name']}: {reason['rule'].replace('_', ' ')} {when}, {reason['certainty'].replace('_', ' ')}{entry}; {reason['citation']}"
        )


def _leg(leg: Json) -> str:
    ends = f"{leg['from']['name']} → {leg['to']['name']}"
    if leg["kind"] != "shipment":
        return f"{ends} ({leg['kind'].replace('_', ' ')}: {leg['record']})"
    amount = number(leg["quantity"]) if leg["quantity"] is not None else "?"
    law = leg["law"]["on_date"]
    place = country_name(leg["to"].get("country"))
    return (
        f"{leg['departed_on']} {ends}, {place}: {amount} × “{leg['item']}” [{leg['record']}], "
        f"license {law['license'].replace('_', ' ')}, on record: {law['on_record']}"
    )


def show_units(units: Sequence[Json]) -> None:
    for each in units:
        for basis, said in (("recognized", "on recognized goods"), ("if_same_goods", "if these are the same goods")):
            bounds, chips = each[basis]["units"], each[basis].get("chips") or {}
            text = " / ".join(number(bounds[name]) for name in ("least", "likely", "first_in_first_out", "most"))
            extra = f" = {number(chips['least'])} to {number(chips['most'])} chips" if chips.get("most") else ""
            typer.echo(f"  {each['end']}: {text}{extra} {said}")
        paragraph("assumes " + "; ".join(each["assumes"]), "    ")


def show_finding(finding: Json, subject: str) -> None:
    who = "" if finding["party"]["id"] == subject else f"{finding['party']['name']}: "
    typer.echo(f"  {finding['severity']:8} {finding['flag']}")
    paragraph(who + finding["reason"], "           ")
    cites = "; ".join(
        f"{cite['document']} {cite['passage']}" + (" (verify)" if cite["verify"] else "") for cite in finding["cites"]
    )
    paragraph(f"[{cites}]", "           ")


def show_trace(answer: Json) -> None:
    """Print a trace; an empty one says what was searched, never "clear"."""
    for number_, path in enumerate(answer["paths"], 1):
        heading(f"Path {number_} (score {path['score']:.2f})")
        show_path(path)
    if answer["units"]:
        heading("Units (least / likely / first in, first out / most)")
        show_units(answer["units"])
    if not answer["paths"]:
        typer.echo("No path found within what was searched.")
    heading("Searched")
    paragraph(_searched(answer["searched"]), "  ")


def _searched(searched: Json) -> str:
    dwell = ", ".join(f"{family} {days} days" for family, days in searched["dwell_days"].items())
    cut = "something was cut" if searched["truncated"] else "nothing was cut"
    return (
        f"up to {searched['max_legs']} legs; dwell {dwell}; links {', '.join(searched['links_used'])}; records from "
        f"{searched['records_from']} to {searched['records_to']}; {cut}"
    )


def show_screening(answer: Json) -> None:
    rows = [{**each, "evidence": "; ".join(one["detail"] for one in each["evidence"])} for each in answer["matches"]]
    put_table(
        "Matches",
        rows,
        ("band", "score", "list", "entry", "name", "effective_on", "citation", "evidence"),
        "No match in what was searched.",
    )
    lists = ", ".join(
        f"{name} ({each['entries']} entries, {each['version'] or 'no date'})"
        for name, each in answer["searched"]["lists"].items()
    )
    paragraph(f"Searched: {lists or 'no list was read yet'}")


def show_ownership(answer: Json) -> None:
    party = answer["party"]
    typer.echo(f"{party['name']} ({country_name(party['country'])}) as of {answer['on']}")
    for chain in answer["chains"]:
        names = [each["name"] for each in chain["parties"]]
        shares = [_share(each) for each in chain["shares"]]
        paragraph(
            names[0] + "".join(f" → {share} → {name}" for share, name in zip(shares, names[1:], strict=True)), "  "
        )
    if not answer["chains"]:
        typer.echo("  no ownership on record; that is not the same as none")
    rows = [
        {
            "party": each["party"]["name"],
            "economic": f"{each['economic']['least']:.1f}–{each['economic']['most']:.1f} %",
            "listed": "yes" if each["listed"] else "no",
        }
        for each in answer["totals"]
    ]
    if rows:
        put_table("Economic share", rows, ("party", "economic", "listed"), "")
    for test in answer["tests"]:
        by = f" by {', '.join(test['by'])}" if test["by"] else ""
        settled = f"; settled by: {test['settled_by']}" if test["settled_by"] else ""
        paragraph(f"{test['regime']}: {test['result']} ({test['least']:.1f}–{test['most']:.1f} %){by}{settled}", "  ")
    parent = answer["ultimate_parent"]
    paragraph(
        f"Ultimate parent: {parent['name'] if parent else 'not known'}; headquarters: {country_name(answer['headquarters'])}",
        "  ",
    )


def _share(share: Json) -> str:
    least, most = f"{share['least']:g}", f"{share['most']:g}"
    return f"{least} %" if least == most else f"{least}–{most} %"


def show_graph(answer: Json) -> None:
    names = {node["id"]: node["name"] for node in answer["nodes"]}
    rows = [
        {**edge, "from": names.get(edge["from"], edge["from"]), "to": names.get(edge["to"], edge["to"])}
        for edge in answer["edges"]
    ]
    put_table(
        "Connections",
        rows,
        ("from", "kind", "to", "record", "on", "detail"),
        "No connection found in the records given.",
    )


def show_flag(flag: Json) -> None:
    typer.echo(f"{flag['id']} · {flag['severity']} · family {flag['family']}")
    paragraph(flag["title"])
    for name in ("says", "misses"):
        heading(name.capitalize())
        paragraph(flag[name], "  ")
    _list(
        "Source",
        flag["cites"],
        lambda each: f"{each['document']} {each['passage']}: {each['text']}" + (" (verify)" if each["verify"] else ""),
    )
    _list("Parameters", list(flag["parameters"].items()), lambda pair: f"{pair[0]} = {pair[1]}")
    _list("Innocent readings", flag["innocent"], lambda each: f"{each[0]} Shown by: {each[1]}")
    _list("Examples", flag["examples"], lambda each: each)


def _list(title: str, items: Sequence[Any], spelled: Callable[[Any], str], most: int = 12) -> None:
    if not items:
        return
    heading(title)
    for each in items[:most]:
        paragraph("- " + spelled(each), "  ")
    if len(items) > most:
        typer.echo(f"  … and {len(items) - most} more")


def show_demo(demo: Demo) -> None:
    """Print what the demo found against what was planted, the alerts, one in full, and what to type next."""
    rows = demo.world.rows
    typer.echo(
        f"A fictional world: {number(len(rows['shipments']))} shipments, {number(len(rows['parties']))} companies, "
        f"{number(len(rows['payments']))} payments, {number(len(rows['ownership']))} shares, "
        f"{number(len(rows['sites']))} data centers. All names are made up.\n"
    )
    planted = [
        {"planted": each.scheme.replace("_", " "), "found": ", ".join(alert["id"] for alert in alerts) or "not found"}
        for each, alerts in demo.found
        if not each.honest
    ]
    put_table(
        "Planted schemes, and the high and critical alerts that name them",
        planted,
        ("planted", "found"),
        "none planted",
    )
    honest = [alerts for each, alerts in demo.found if each.honest]
    typer.echo(f"\nHonest look-alikes: {len(honest)}, of which raised as high or critical: {sum(map(bool, honest))}\n")
    listed = [{**alert, "party": alert["party"]["name"], "flags": len(alert["findings"])} for alert in demo.alerts]
    put_table("Alerts, worst first", listed, ("id", "severity", "kind", "score", "party", "title"), "no alerts")
    traced = next((alert for alert in demo.alerts if len(alert["paths"]) and len(alert["paths"][0]["legs"]) > 2), None)
    if traced:
        typer.echo("\n" + "─" * WIDTH)
        show_alert(traced)
    config = demo.folder / "monitor.toml"
    typer.echo(f"\nDone in {demo.done.seconds:.1f} s. Everything lies in {demo.folder}. Next:")
    for command in (
        f"entrepot alerts list --config {config}",
        *([f"entrepot alerts show {traced['id']} --config {config}"] if traced else []),
        f'entrepot owners "{demo.alerts[0]["party"]["name"]}" --config {config}'
        if demo.alerts
        else "entrepot flags list",
        f"entrepot check --config {config}",
    ):
        typer.echo(f"  {command}")
