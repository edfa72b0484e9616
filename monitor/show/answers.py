"""Answers: traces, screenings, ownership, connections, red flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.show.alert import searched, show_path, show_units
from monitor.summary import country_name
from monitor.terminal import heading, paragraph, put, put_list, put_table

Json = Mapping[str, Any]


def show_trace(answer: Json) -> None:
    """Print a trace; an empty one says what was searched, never "clear"."""
    for number_, path in enumerate(answer["paths"], 1):
        heading(f"Path {number_} (score {path['score']:.2f})")
        show_path(path)
    if answer["units"]:
        heading("Units (least / likely / first in, first out / most)")
        show_units(answer["units"])
    if not answer["paths"]:
        put("No path found within what was searched.")
    heading("Searched")
    paragraph(searched(answer["searched"]), "  ")


def show_screening(answer: Json) -> None:
    """Print what a name resembles, and the lists it was compared with."""
    columns = ("band", "score", "list", "entry", "name", "effective_on", "citation", "evidence")
    put_table("Matches", _with_evidence(answer["matches"]), columns, "No match in what was searched.")
    if any(each["amended_on"] for each in answer["matches"]):
        put("An entry with several citations was amended: what it said on a day before the last of them is uncertain.")
    if answer["ended"]:
        put_table("No longer in force", _with_evidence(answer["ended"]), (*columns[:5], "delisted_on", "evidence"), "")
    lists = ", ".join(
        f"{name} ({each['entries']} entries, {each['version'] or 'no date'})"
        for name, each in answer["searched"]["lists"].items()
    )
    paragraph(f"Searched: {lists or 'no list was read yet'}")


def _with_evidence(matches: Sequence[Json]) -> list[Json]:
    """Write the evidence of each match in one text; a last day that no notice states says so."""
    return [
        {
            **each,
            "evidence": "; ".join(one["detail"] for one in each["evidence"]),
            "delisted_on": f"{each['delisted_on']}{' (inferred)' if each['delisted_inferred'] else ''}",
        }
        for each in matches
    ]


def show_ownership(answer: Json) -> None:
    """Print chains, economic shares, legal tests, parent and headquarters."""
    party = answer["party"]
    put(f"{party['name']} ({country_name(party['country'])}) as of {answer['on']}")
    for chain in answer["chains"]:
        names = [each["name"] for each in chain["parties"]]
        shares = [_share(each) for each in chain["shares"]]
        paragraph(
            names[0] + "".join(f" → {share} → {name}" for share, name in zip(shares, names[1:], strict=True)), "  "
        )
    if not answer["chains"]:
        put("  no ownership on record; that is not the same as none")
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
    top = parent["name"] if parent else "not known"
    paragraph(f"Ultimate parent: {top}; headquarters: {country_name(answer['headquarters'])}", "  ")


def _share(share: Json) -> str:
    least, most = f"{share['least']:g}", f"{share['most']:g}"
    return f"{least} %" if least == most else f"{least}–{most} %"


def show_graph(answer: Json) -> None:
    """Print the connections of an answer, one per line."""
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
    """Print one red flag in full."""
    put(f"{flag['id']} · {flag['severity']} · family {flag['family']}")
    paragraph(flag["title"])
    for name in ("says", "misses"):
        heading(name.capitalize())
        paragraph(flag[name], "  ")
    put_list(
        "Source",
        flag["cites"],
        lambda each: f"{each['document']} {each['passage']}: {each['text']}" + (" (verify)" if each["verify"] else ""),
    )
    put_list("Parameters", list(flag["parameters"].items()), lambda pair: f"{pair[0]} = {pair[1]}")
    put_list("Innocent readings", flag["innocent"], lambda each: f"{each[0]} Shown by: {each[1]}")
    put_list("Examples", flag["examples"], lambda each: each)
