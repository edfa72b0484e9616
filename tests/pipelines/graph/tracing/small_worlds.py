"""Small worlds that tests of the tracer share."""

from __future__ import annotations

from pipelines.tables import Tables

Row = dict[str, object]


def h100(
    row: str, shipper: str, consignee: str, shipped: str, arrived: str | None, pieces: float = 10, **more: object
) -> Row:
    """A shipment of eight-GPU H100 servers."""
    return {
        "id": row,
        "source": "shipments",
        "record": row,
        "shipper": shipper,
        "consignee": consignee,
        "shipped_on": shipped,
        "arrived_on": arrived,
        "arrived_by_on": arrived,
        "item": "NVIDIA HGX H100 8-GPU server",
        "hs_code": "847150",
        "quantity": pieces,
        "pieces": pieces,
        "chip": "h100",
        "family": "accelerator",
        "form": "server",
        "recognized": True,
        "vague": False,
        "chips_per_piece": 8.0,
        "chips": pieces * 8,
        "h100_equivalents": pieces * 8,
        "controlled": True,
        "mine": False,
        "moves_goods": True,
        **more,
    }


def parts(
    row: str,
    shipper: str,
    consignee: str,
    shipped: str,
    arrived: str | None,
    pieces: float | None = 10,
    *,
    value: float = 260_000,
    **more: object,
) -> Row:
    """A shipment of goods nobody recognizes; `value` is that of one piece."""
    return {
        "id": row,
        "source": "shipments",
        "record": row,
        "shipper": shipper,
        "consignee": consignee,
        "shipped_on": shipped,
        "arrived_on": arrived,
        "arrived_by_on": arrived,
        "item": "computer parts",
        "hs_code": "847330",
        "quantity": pieces,
        "pieces": pieces,
        "recognized": False,
        "vague": True,
        "value_usd": value * (pieces or 10),
        "unit_value_usd": value,
        "mine": False,
        "moves_goods": True,
        **more,
    }


def end(shipment: str, party: str, goods: str | None = None, rule: str = "destination", **more: object) -> Row:
    """A restricted end on the day."""
    inferred = "on_record" if goods is None else "inferred"
    return {
        "shipment": shipment,
        "party": party,
        "goods": goods,
        "rule": rule,
        "on_the_day": True,
        "certainty": inferred,
        "verify": False,
        **more,
    }


def worked_example() -> Tables:
    """The worked example: 40 servers to Harbor Cloud, 36 unknown pieces on to Brightquay and to Qinglan."""
    names = {
        "crestline": ("Crestline Servers Inc", "US"),
        "orion": ("Orion Boards GmbH", "DE"),
        "harbor": ("Harbor Cloud Sdn Bhd", "MY"),
        "brightquay": ("Brightquay Logistics Ltd", "HK"),
        "qinglan": ("Qinglan Beijing Electronic Information Co., Ltd.", "CN"),
    }
    carried = "accelerator/h100"
    return Tables.of(
        shipments=[
            h100(
                "A1",
                "crestline",
                "harbor",
                "2024-05-02",
                "2024-05-09",
                30,
                value_usd=8_100_000,
                mine=True,
                order_id="O1",
            ),
            h100("A2", "orion", "harbor", "2024-05-20", "2024-05-24", 10, value_usd=2_750_000),
            parts("A3", "harbor", "brightquay", "2024-06-01", "2024-06-04", 36, value=261_111),
            parts(
                "A4",
                "brightquay",
                "qinglan",
                "2024-06-10",
                "2024-06-12",
                36,
                value=275_000,
                item="adapter modules",
                hs_code="853690",
            ),
            h100("A5", "orion", "harbor", "2024-09-01", "2024-09-06", 50),
        ],
        parties=[
            {"id": party, "name": name, "country": country, "trade": "logistics" if party == "brightquay" else None}
            for party, (name, country) in names.items()
        ],
        license_needs=[
            {
                "shipment": "A1",
                "need": "not_required",
                "on_record": "no",
                "need_today": "required",
                "because": ["4A090.a"],
            },
            {
                "shipment": "A3",
                "need": "required",
                "on_record": "no",
                "need_today": "required",
                "assumed": True,
                "because": ["if the goods are those received", "Hong Kong counts as China"],
            },
        ],
        restricted_ends=[
            end("A3", "brightquay", carried),
            end("A4", "qinglan", carried),
            end("A3", "brightquay", carried, "listed_address", on_the_day=False, list="EL", entry="Address 77"),
            end("A4", "qinglan", carried, "listed", on_the_day=False, list="EL", entry="Qinglan (Beijing)"),
        ],
        sources=[{"id": "shipments", "table": "shipments", "records_licenses": True, "complete": False}],
        countries=[],
    )
