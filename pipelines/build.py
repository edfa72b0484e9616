"""The flow on one screen: sources → normalize → resolve → screen → connect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.graph import money, movements
from pipelines.graph.appearances import appearances, first_seen
from pipelines.graph.ends import restricted_ends
from pipelines.graph.joining.moving_rows import on_moving_rows
from pipelines.graph.keys import party_keys
from pipelines.graph.ownership.control import ownership_tests
from pipelines.graph.ownership.headquarters import headquarters
from pipelines.graph.ownership.interests import interests, listed_owners
from pipelines.graph.ownership.parents import groups
from pipelines.graph.power import site_power
from pipelines.graph.tracing.may_carry import may_carry
from pipelines.graph.tracing.rules import Rules
from pipelines.known.presence import Presence, delisted
from pipelines.law import classification, controls, country_groups
from pipelines.law.licensing import license_needs
from pipelines.listings import listings
from pipelines.normalize.catalog import Catalog, catalog
from pipelines.normalize.items import recognize
from pipelines.normalize.names import fold
from pipelines.normalize.trade import trades
from pipelines.resolve.clusters import Resolution, resolve
from pipelines.resolve.mentions import mentions, with_party_ids
from pipelines.resolve.parties import mentions_table, parties
from pipelines.resolve.screen import screen, screen_addresses
from pipelines.source import SourceReport, fills, sources
from pipelines.tables import CONTRACT, FILES, GRAPH, Tables, conform

Say = Callable[[str], None]
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Known:
    """What a build starts from: the winning records of every contract table, and what is kept beside them.

    `registry` maps mention keys to party ids from earlier runs and is an input: ids are stable because of it.
    `before` are the tables of the last run: what it knew of sources that give no rows this time. `presence` is what
    complete copies of lists held. `rules` say how far goods are followed; `rates` are the exchange rates, those
    shipped where None.
    """

    records: Mapping[str, pl.DataFrame]
    reports: Sequence[SourceReport]
    own_names: Sequence[str]
    as_of: dt.date
    registry: pl.DataFrame | None = None
    judgments: pl.DataFrame | None = None
    before: Tables | None = None
    presence: Presence = field(default_factory=Presence)
    rules: Rules = field(default_factory=Rules)
    rates: pl.DataFrame | None = None


@dataclass(frozen=True)
class Built:
    """One picture of the world: its tables, and the registry the next build starts from."""

    tables: Tables
    registry: pl.DataFrame
    own: tuple[str, ...]


def build(known: Known, say: Say = lambda _: None) -> Built:
    """Connect records to one picture of the world."""
    records = {name: known.records.get(name, _none(name)) for name in FILES}
    say("normalizing goods")
    goods = catalog()
    records["shipments"] = recognize(
        movements.prepared(records["shipments"], known.rates), catalog=goods, user_items=records["items"]
    )
    say("resolving parties")
    named = mentions(records)
    resolved = resolve(named, registry=known.registry, judgments=known.judgments)
    frames = {name: with_party_ids(frame, name, resolved.mention_to_party) for name, frame in records.items()}
    world = _World(known, frames, goods)
    say("screening against lists")
    world.meet(named, resolved, records)
    say("following ownership")
    world.follow_ownership()
    say("applying the law of the day")
    world.judge()
    say("connecting")
    return Built(world.tables(), resolved.registry, world.own)


class _World:
    """The tables while they are made, in the order they need each other."""

    def __init__(self, known: Known, records: Frames, goods: Catalog) -> None:
        self.known, self.records, self.goods = known, records, goods
        self.own: tuple[str, ...] = ()
        before = known.before
        self.made: Frames = {
            "sources": sources(known.reports, before.frame("sources") if before else None),
            "fills": fills(known.reports, before.frame("fills") if before else None),
            "countries": country_groups.countries(),
        }

    def meet(self, named: pl.DataFrame, resolved: Resolution, records: Frames) -> None:
        """Parties, whose they are, what lists say of them, and the shipments between them."""
        made = self.made
        people = trades(parties(named, resolved.mention_to_party, records))
        self.own = own_parties(named, resolved.mention_to_party, self.known.own_names)
        made["mentions"] = mentions_table(named, resolved.mention_to_party)
        moved = movements.shipments(self.records["shipments"], people, made["sources"], self.own)
        made["shipments"] = classification.classify(moved, self.goods.accelerators, as_of=self.known.as_of)
        made["payments"] = money.payments(self.records["payments"], made["shipments"], self.known.rates)
        made["appearances"] = appearances(made["shipments"], made["payments"])
        made["listings"] = listings(delisted(self.records["listings"], self.known.presence), names_fold=fold)
        made["screenings"] = screen(people, made["mentions"], made["listings"])
        listed = screen_addresses(people, made["mentions"], made["shipments"], made["listings"])
        made["address_listings"] = on_moving_rows(listed, made["shipments"])
        made["parties"] = _marked(people, made["screenings"], made["appearances"], self.own)

    def follow_ownership(self) -> None:
        """Who owns whom, who stands at the top, which keys goods may be handed over by."""
        made, known = self.made, self.known
        made["ownership"] = interests(self.records["ownership"])
        tops = groups(made["ownership"], as_of=known.as_of)
        made["parties"] = _grouped(made["parties"], tops, known.as_of)
        made["headquarters"] = headquarters(
            made["ownership"], made["parties"], countries=made["countries"], as_of=known.as_of
        )
        regimes = controls.regimes()
        made["ownership_tests"] = ownership_tests(
            made["ownership"],
            listed_owners(made["screenings"], regimes),
            regimes=regimes,
            parties=made["parties"],
        )
        made["party_keys"] = party_keys(made["parties"], made["mentions"], self.records["officers"], tops)

    def judge(self) -> None:
        """What the law asked of every shipment on its day, and which deliveries were restricted."""
        made, known = self.made, self.known
        carried = carried_goods(made["shipments"])
        made["license_needs"] = license_needs(
            made["shipments"],
            parties=made["parties"],
            screenings=made["screenings"],
            address_listings=made["address_listings"],
            headquarters=made["headquarters"],
            ownership_tests=made["ownership_tests"],
            licenses=self.records["licenses"],
            sources=made["sources"],
            as_of=known.as_of,
            accelerators=self.goods.accelerators,
            carried=carried,
        )
        made["restricted_ends"] = restricted_ends(
            made["shipments"],
            made["license_needs"],
            screenings=made["screenings"],
            address_listings=made["address_listings"],
            ownership_tests=made["ownership_tests"],
            headquarters=made["headquarters"],
            accelerators=self.goods.accelerators,
            sources=made["sources"],
            as_of=known.as_of,
            carried=carried,
            parties=made["parties"],
            licenses=self.records["licenses"],
        )
        made["may_carry"] = may_carry(self._so_far(), rules=known.rules)
        sites = conform(self.records["sites"], GRAPH["sites"])
        made["site_power"] = site_power(
            made["shipments"],
            sites,
            conform(self.records["tenancies"], GRAPH["tenancies"]),
            made["parties"],
            sources=made["sources"],
        )

    def _so_far(self) -> Tables:
        return Tables({name: conform(frame, GRAPH[name]).lazy() for name, frame in self.made.items()}, self.known.as_of)

    def tables(self) -> Tables:
        """All of it, with the records that need no derivation; what no source gave rows for is not `supplied`."""
        rest = {
            contract.name: conform(self.records[contract.name], GRAPH[contract.name])
            for contract in CONTRACT
            if contract.name in GRAPH and contract.name not in self.made
        }
        given = {name for name, frame in self.records.items() if frame.height}
        frames = {name: conform(frame, GRAPH[name]) for name, frame in {**rest, **self.made}.items()}
        derived = frozenset(self.made) - {contract.name for contract in CONTRACT}
        return Tables({name: each.lazy() for name, each in frames.items()}, self.known.as_of, derived | given)


def own_parties(named: pl.DataFrame, mention_to_party: pl.DataFrame, own_names: Sequence[str]) -> tuple[str, ...]:
    """Find the party ids of the user's own names, compared as names are resolved."""
    wanted = {fold(name) for name in own_names}
    own = named.filter(pl.col("name").map_elements(fold, return_dtype=pl.String).is_in(list(wanted)))
    return tuple(sorted(own.join(mention_to_party, on="key").get_column("party").unique()))


def carried_goods(shipments: pl.DataFrame) -> list[str]:
    """List the goods keys that anything recognized carries: the ones unknown goods could be."""
    chips = shipments.filter(pl.col("family") == "accelerator").get_column("chip").drop_nulls().unique().sort()
    return [f"accelerator/{chip}" for chip in chips]


def _none(name: str) -> pl.DataFrame:
    provenance = {
        "source": pl.String,
        "record": pl.String,
        "line": pl.Int64,
        "file": pl.String,
        "row": pl.Int64,
        "recorded_on": pl.Date,
        "content": pl.String,
    }
    return pl.DataFrame(schema={**FILES[name].schema, **provenance})


def _marked(people: pl.DataFrame, screenings: pl.DataFrame, seen: pl.DataFrame, own: Sequence[str]) -> pl.DataFrame:
    prohibited = screenings.filter((pl.col("effect") == "prohibits") & (pl.col("band") == "match"))
    return (
        people.drop("first_seen_on", "first_seen_day")
        .join(first_seen(seen), on="id", how="left")
        .with_columns(
            listed=pl.col("id").is_in(prohibited.get_column("party").implode()), mine=pl.col("id").is_in(list(own))
        )
    )


def _grouped(people: pl.DataFrame, tops: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    now = tops.filter(
        pl.col("from_on").fill_null(dt.date.min) <= as_of, pl.col("until_on").fill_null(dt.date.max) >= as_of
    )
    parent = now.group_by(id="party").agg(_parent=pl.col("parent").first())
    return people.join(parent, on="id", how="left").with_columns(group=pl.coalesce("_parent", "id")).drop("_parent")
