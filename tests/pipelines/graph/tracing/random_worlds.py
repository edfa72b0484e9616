"""Random small worlds, as the slow tracer reads them and as tables."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from pipelines.graph.tracing.rules import Rules
from pipelines.tables import Tables
from tests.pipelines.graph.tracing.walks import H100, Key, Move, World

PARTIES = ("a", "b", "c", "d", "e")
ZERO = dt.date(2024, 1, 1)
RULES = Rules(max_legs=4, dwell={"accelerator": 5}, forwarder_dwell=2)


@st.composite
def moves(draw: st.DrawFn, number: int) -> Move:
    shipped = draw(st.integers(0, 14))
    shipper, consignee = draw(st.permutations(PARTIES).map(lambda order: order[:2]))
    arrived = draw(st.one_of(st.none(), st.integers(0, 4).map(lambda days: shipped + days), st.just(shipped)))
    return Move(
        f"s{number}",
        shipper,
        consignee,
        shipped,
        arrived,
        draw(st.integers(1, 4)),
        draw(st.sampled_from(["h100", "h100", "a100", None, None])),
        draw(st.sampled_from([None, None, None, *PARTIES])),
        shipped + draw(st.integers(0, 4)),
        draw(st.sampled_from([100_000.0, 100_000.0, 10.0])),
    )


@st.composite
def worlds(draw: st.DrawFn, most: int = 9) -> World:
    """A world of up to `most` shipments in two weeks, with shared keys, a forwarder and ends."""
    shipped = tuple(draw(moves(number)) for number in range(draw(st.integers(1, most))))
    keys = draw(
        st.lists(
            st.builds(
                Key,
                st.sampled_from(PARTIES),
                st.sampled_from(["address", "parent"]),
                st.sampled_from(["x", "y"]),
                st.sampled_from([-10_000, 3, 8]),
                st.sampled_from([10_000, 9, 12]),
            ),
            max_size=4,
        )
    )
    forwarders = frozenset(draw(st.sets(st.sampled_from(PARTIES), max_size=1)))
    at = draw(st.sets(st.sampled_from(shipped), max_size=3))
    ends = frozenset((move.id, f"accelerator/{move.chip}" if move.chip else H100) for move in at)
    return World(shipped, tuple(dict.fromkeys(keys)), forwarders, ends, RULES)


def day(number: int) -> str:
    return (ZERO + dt.timedelta(days=number)).isoformat()


def bounded(number: int) -> str | None:
    return day(number) if abs(number) < 1000 else None


def tables(world: World) -> Tables:
    """The same world as tables."""
    return Tables.of(
        shipments=[
            {
                "id": move.id,
                "source": "shipments",
                "shipper": move.shipper,
                "consignee": move.consignee,
                "intermediate_consignee": move.between,
                "shipped_on": day(move.shipped),
                "arrived_on": None if move.arrived is None else day(move.arrived),
                "arrived_by_on": day(move.last),
                "pieces": float(move.pieces),
                "quantity": float(move.pieces),
                "recognized": move.chip is not None,
                "unit_value_usd": move.value,
                **(known(move) if move.chip else {}),
            }
            for move in world.moves
        ],
        parties=[
            {"id": party, "name": party, "trade": "logistics" if party in world.forwarders else None}
            for party in PARTIES
        ],
        party_keys=[
            {
                "party": key.party,
                "kind": key.kind,
                "key": key.key,
                "from_on": bounded(key.since),
                "until_on": bounded(key.until),
                "crowd": world.crowd(key),
            }
            for key in world.keys
        ],
        restricted_ends=[
            {
                "shipment": shipment,
                "party": world.move(shipment).consignee,
                "goods": goods,
                "rule": "destination",
                "on_the_day": True,
                "certainty": "on_record",
                "verify": False,
            }
            for shipment, goods in sorted(world.ends)
        ],
        countries=[],
    )


def known(move: Move) -> dict[str, object]:
    return {
        "family": "accelerator",
        "chip": move.chip,
        "form": "server",
        "chips_per_piece": 8.0,
        "chips": move.pieces * 8.0,
        "h100_equivalents": move.pieces * 8.0,
    }
