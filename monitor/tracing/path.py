"""Paths as the contract of alerts tells them: legs with their law, joins with what speaks for and against, ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.graph.tracing.feeds import Shared
from pipelines.graph.tracing.routes import Route
from pipelines.graph.tracing.scores import DAILY, quantity_fit
from pipelines.graph.tracing.traced import Traced
from pipelines.tables import Tables

Json = dict[str, Any]

STEP = {"parent": "ownership", "address": "shared_address", "contact": "shared_contact", "officer": "shared_officer"}
"""Kind of leg by which goods pass between two parties that share a key."""

OBSERVED = 0.95
"""Least confidence of a join that a paper or a serial shows."""

IF_RECEIVED = "if the goods are those received"


def plain(number: float | None) -> float | int | None:
    """Write a number without a needless fraction."""
    if number is None or not np.isfinite(number):
        return None
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded


class Teller:
    """Looks up what a path mentions: parties, shipments, the law of each leg."""

    def __init__(self, tables: Tables, of: Traced) -> None:
        self.tables, self.of = tables, of
        self.moves, self.states = of.reach.moves, of.reach.states
        self.shared = Shared(of)

    @cached_property
    def parties(self) -> Mapping[str, Json]:
        named = pl.Series(self.moves.parties, dtype=pl.String)
        rows = self.tables.polars("parties").filter(pl.col("id").is_in(named.implode())).select("id", "name", "country")
        return {row["id"]: row for row in rows.collect().to_dicts()}

    @cached_property
    def needs(self) -> Mapping[str, list[Json]]:
        moved = self.moves.frame["id"].gather(self.states.move[self.of.within]).unique()
        rows = self.tables.polars("license_needs").filter(pl.col("shipment").is_in(moved.implode())).collect()
        return {str(key[0]): part.to_dicts() for key, part in rows.partition_by("shipment", as_dict=True).items()}

    @cached_property
    def ends(self) -> Mapping[int, list[Json]]:
        """Every restriction of an end by state, surest first, those that came afterwards last."""
        rows = self.of.reach.every_end.sort(
            "on_the_day", "weight", "rule", "list", "entry", descending=[True, True, False, False, False]
        )
        return {int(str(key[0])): part.to_dicts() for key, part in rows.partition_by("state", as_dict=True).items()}

    @cached_property
    def notes(self) -> Mapping[int, Json]:
        return {row["state"]: row for row in self.states.notes.to_dicts()}

    def party(self, party: str) -> Json:
        row = self.parties.get(party, {})
        return {"id": party, "name": row.get("name") or party, "country": row.get("country")}

    def row(self, state: int) -> Json:
        return self.moves.frame.row(int(self.states.move[state]), named=True)

    def path(self, route: Route) -> Json:
        """Tell one path."""
        legs: list[Json] = []
        places: list[int] = []
        been: list[str] = []
        for number, state in enumerate(route.states):
            if number and (step := self._step(route, number)):
                legs.append(step)
            places.append(len(legs))
            legs.append(self._leg(state, been))
            been += [legs[-1]["from"]["id"], legs[-1]["to"]["id"]]
        ends = [
            {"leg": place, **self._end_party(state)}
            for place, state in zip(places, route.states, strict=True)
            if state in self.ends and self.of.reach.is_end[state]
        ]
        links = [
            {"from_leg": places[number - 1], "to_leg": places[number], **self._link(route, number)}
            for number in range(1, len(route.states))
        ]
        return {
            "end": self.end(route.states[-1]),
            "ends": ends,
            "legs": legs,
            "links": links,
            "score": round(route.score, 6),
        }

    def end(self, state: int) -> Json:
        """Tell an end and every reason why it is one."""
        return {**self._end_party(state), "restricted_because": [_because(row) for row in self.ends.get(state, [])]}

    def _end_party(self, state: int) -> Json:
        rows = self.ends.get(state)
        return self.party(rows[0]["party"] if rows else self.row(state)["consignee"])

    def _leg(self, state: int, been: Sequence[str]) -> Json:
        row = self.row(state)
        leg = {
            "kind": "shipment",
            "from": self.party(row["shipper"]),
            "to": self.party(row["consignee"]),
            "record": row["id"],
            "records": row["movement_rows"] or [row["id"]],
            "departed_on": _date(row["shipped_day"]),
            "arrived_on": _date(row["arrived_day"]),
            "item": row["item"],
            "quantity": plain(row["quantity"] if row["quantity"] is not None else row["pieces"]),
            "share": None,
            "recognized": bool(self.of.named[state]),
            "goods": self.states.goods_names[self.states.goods[state]],
            "law": self._law(state, row["id"]),
        }
        return leg | ({"returns_to": row["consignee"]} if row["consignee"] in been else {})

    def _step(self, route: Route, number: int) -> Json | None:
        """The step between two parties that share a key; none where the party itself ships on."""
        key = route.entries[number - 1]
        if key < 0:
            return None
        before, after = self.row(route.states[number - 1]), self.row(route.states[number])
        holder = self._holder(before, key)
        keys = self.moves.keys
        return {
            "kind": STEP[keys.kind[key]],
            "from": self.party(holder),
            "to": self.party(after["shipper"]),
            "record": keys.evidence[key] or None,
            "departed_on": None,
            "arrived_on": None,
            "item": None,
            "quantity": None,
            "share": None,
            "law": None,
        }

    def _holder(self, row: Json, key: int) -> str:
        keys, place = self.moves.keys, self.moves.parties.index(row["consignee"])
        has = keys.key[keys.start[place] : keys.start[place + 1]]
        found: str = row["consignee"] if keys.key[key] in has else row["intermediate_consignee"]
        return found

    def _law(self, state: int, shipment: str) -> Json:
        assumed = not self.of.named[state]
        carried = self.states.goods_names[self.states.goods[state]] if assumed else None
        rows = sorted(
            self.needs.get(shipment, []),
            key=lambda row: (bool(row["assumed"]) != assumed, row["goods"] != carried, row["goods"] or ""),
        )
        if not rows:
            return _undetermined([IF_RECEIVED] if assumed else [])
        need = rows[0]
        because = [each for each in need["because"] or [] if each != IF_RECEIVED]
        if assumed or need["assumed"]:
            because = [IF_RECEIVED, *because]
        return {
            "on_date": {"license": need["need"], "on_record": need["on_record"] or "unknown", "because": because},
            "today": {"license": need["need_today"] or "undetermined"},
        }

    def _link(self, route: Route, number: int) -> Json:
        """What speaks for and against the onward goods being those received."""
        one, other = route.states[number - 1], route.states[number]
        papers = self.shared.papers(int(self.states.move[one]), int(self.states.move[other]))
        if self.shared.serials(int(self.states.move[one]), int(self.states.move[other])):
            papers.append("serial_numbers")
        basis, against = [*papers], list[str]()
        for claim, holds in self._claims(one, other).items():
            (basis if holds else against).append(claim)
        confidence = self._confidence(route, number)
        return {
            "observed": bool(papers),
            "basis": basis,
            "against": against,
            "confidence": round(max(confidence, OBSERVED) if papers else confidence, 3),
        }

    def _claims(self, one: int, other: int) -> dict[str, bool]:
        before, after = self.row(one), self.row(other)
        claims: dict[str, bool | None] = {"quantity": self._quantity_fits(other), "dwell": True}
        note = self.notes.get(other, {})
        for claim, words in (("value", "value"), ("weight", "weight")):
            claims[claim] = _noted(note, words)
        claims["description"] = bool(self.of.named[one] and self.of.named[other]) or before["item"] == after["item"]
        if before["hs_code"] and after["hs_code"]:
            claims["hs_code"] = before["hs_code"][:6] == after["hs_code"][:6]
        return {claim: holds for claim, holds in claims.items() if holds is not None}

    def _quantity_fits(self, state: int) -> bool | None:
        chips, arrived = float(self.states.chips[state]), float(self.of.arrived[state])
        return None if np.isnan(chips) or not arrived else chips <= arrived * 1.001

    def _confidence(self, route: Route, number: int) -> float:
        one, other = route.states[number - 1], route.states[number]
        key = route.entries[number - 1]
        strength = float(self.moves.keys.strength[key]) if key >= 0 else 1.0
        move, onward = int(self.states.move[one]), int(self.states.move[other])
        days = max(0, int(self.moves.shipped[onward] - self.moves.first[move]))
        fit = quantity_fit(self.states.chips[[other]], self.of.arrived[[other]])
        return strength * float(np.exp(-DAILY * days)) * float(self.states.fit[other]) * float(fit[0])


def _noted(note: Json, word: str) -> bool | None:
    """What the judgment of unknown goods says of a claim whose name begins with this word."""
    for found, holds in (("misfits", False), ("fits", True)):
        if any(each.startswith(word) or f"_{word}" in each for each in note.get(found) or []):
            return holds
    return None


def _undetermined(because: list[str]) -> Json:
    return {
        "on_date": {"license": "undetermined", "on_record": "unknown", "because": because},
        "today": {"license": "undetermined"},
    }


def _because(row: Json) -> Json:
    return {
        "rule": row["rule"],
        "on_the_day": row["on_the_day"],
        "certainty": row["certainty"],
        "list": row["list"],
        "entry": row["entry"],
        "citation": row["citation"],
        "chain": row["chain"] or [],
        "regime": row["regime"],
        "since": _iso(row["since_on"]),
        "verify": bool(row["verify"]),
    }


def _date(day: int | None) -> str | None:
    return None if day is None else str(np.datetime64(day, "D"))


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
