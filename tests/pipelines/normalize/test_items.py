"""Recognition of goods: what a text, a code, a unit and a value say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.normalize.items import ADDED, catalog, recognize

INPUT: dict[str, Any] = {
    "item": pl.String, "hs_code": pl.String, "eccn": pl.String, "quantity": pl.Float64, "unit": pl.String,
    "value_usd": pl.Float64, "weight_kg": pl.Float64, "serial_numbers": pl.List(pl.String),
}  # fmt: skip

# text | family | chip | chips per piece | form; "-" is null. The family "vague" means: unknown, the text says nothing.
TEXTS = """
NVIDIA HGX H100 8-GPU server                             | accelerator | h100    | 8  | server
nvidia hgx h100 8 gpu                                    | accelerator | h100    | 8  | server
HGX H100 4-GPU                                           | accelerator | h100    | 4  | server
30x HGX H100 8-GPU servers                               | accelerator | h100    | 8  | server
HGXH100                                                  | accelerator | h100    | 8  | server
DGX-H100                                                 | accelerator | h100    | 8  | server
DGX H100 system, 8x H100 80GB, 2x Xeon, ConnectX-7       | accelerator | h100    | 8  | server
DGX A100 640GB                                           | accelerator | a100    | 8  | server
DGX B200                                                 | accelerator | b200    | 8  | server
NVIDIA HGX 8-GPU baseboard with H200                     | accelerator | h200    | 8  | board
Supermicro SuperServer SYS-821GE-TNHR (HGX H100 8-GPU)   | accelerator | h100    | 8  | server
NVIDIA HGX                                               | accelerator | -       | -  | server
HGX B300 NVL16                                           | accelerator | b300    | 8  | server
8x NVIDIA H100 80GB server                               | accelerator | h100    | 8  | server
GPU server w/ 8 H100                                     | accelerator | h100    | 8  | server
GPU SERVER WITH 8 X NVIDIA H100, RAIL KIT, POWER CORDS   | accelerator | h100    | 8  | server
server 4 x A100                                          | accelerator | a100    | 4  | server
2U server with NVIDIA H100                               | accelerator | h100    | -  | server
HPE systems with H100                                    | accelerator | h100    | -  | server
Dual H100 workstation                                    | accelerator | h100    | 2  | server
Eight GPU H200 node                                      | accelerator | h200    | 8  | server
PowerEdge XE9680                                         | accelerator | -       | 8  | server
Dell PowerEdge XE9680 8x H100 SXM                        | accelerator | h100    | 8  | server
Dell PowerEdge R760xa w/ 4x L40S                         | accelerator | l40s    | 4  | server
PowerEdge R750 with 2x A100                              | accelerator | a100    | 2  | server
Supermicro SYS-821GE-TNHR with 8 NVIDIA H200             | accelerator | h200    | 8  | server
SYS821GE-TNHR                                            | accelerator | -       | 8  | server
Supermicro AS-8125GS-TNMR2                               | accelerator | mi300x  | 8  | server
Inspur NF5688M6 8*A800                                   | accelerator | a800    | 8  | server
GB200 NVL72                                              | accelerator | gb200   | 72 | rack
NVIDIA GB200 NVL72 rack                                  | accelerator | gb200   | 72 | rack
GB300 NVL 72                                             | accelerator | gb300   | 72 | rack
GB200 Grace Blackwell Superchip                          | accelerator | gb200   | 2  | board
H100 SXM5 80GB                                           | accelerator | h100    | 1  | board
NVIDIA H100 80GB PCIe                                    | accelerator | h100    | 1  | board
NVIDIA H100 NVL 94GB                                     | accelerator | h100    | 1  | board
NVIDIA® H100™ Tensor Core GPU                            | accelerator | h100    | 1  | board
H100s                                                    | accelerator | h100    | 1  | board
Ｈ１００　ＳＸＭ５                                        | accelerator | h100    | 1  | board
NVIDIA H 100 80GB                                        | accelerator | h100    | 1  | board
英伟达H100服务器                                          | accelerator | h100    | -  | server
900-21010-0000-000                                       | accelerator | h100    | 1  | board
8xH100                                                   | accelerator | h100    | 8  | board
H100 x 8                                                 | accelerator | h100    | 8  | board
8 H100 SXM GPUs                                          | accelerator | h100    | 8  | board
NVIDIA A100 80GB PCIe 4.0 x16                            | accelerator | a100    | 1  | board
A100-PCIE-40GB                                           | accelerator | a100    | 1  | board
NVIDIA A100 module with heat sink                        | accelerator | a100    | 1  | board
TESLA V100                                               | accelerator | v100    | 1  | board
NVIDIA T4                                                | accelerator | t4      | 1  | board
A10 24GB PCIe                                            | accelerator | a10     | 1  | board
NVIDIA H20 96GB                                          | accelerator | h20     | 1  | board
Nvidia GeForce RTX4090                                   | accelerator | rtx4090 | 1  | board
RTX 4090 D                                               | accelerator | rtx4090d | 1 | board
4090D                                                    | accelerator | rtx4090d | 1 | board
ASUS TUF RTX 4090 OC 24GB graphics card                  | accelerator | rtx4090 | 1  | board
MI300X OAM                                               | accelerator | mi300x  | 1  | board
Gaudi 3 HL-325L                                          | accelerator | gaudi3  | 1  | board
Huawei Ascend 910B                                       | accelerator | ascend910b | 1 | board
Atlas 800T A2                                            | accelerator | ascend910b | 8 | server
NVIDIA GPU server                                        | accelerator | -       | -  | server
AI server 8-GPU                                          | accelerator | -       | 8  | server
A100 and H100 GPUs                                       | accelerator | -       | 1  | board
H100 heat sink                                           | other       | -       | 0  | other
cable for H100                                           | other       | -       | 0  | other
Heat sink and fan for H100                               | other       | -       | 0  | other
H100 bracket/manual                                      | other       | -       | 0  | other
NVLink bridge for H100                                   | other       | -       | 0  | other
ConnectX-7 adapter for DGX H100                          | other       | -       | 0  | other
power cable for GPU server                               | other       | -       | 0  | other
GPU server chassis without GPUs                          | other       | -       | 0  | other
DGX H100 power supply                                    | other       | -       | 0  | other
laptop RTX 4060                                          | other       | -       | 0  | other
MH100X pump                                              | other       | -       | 0  | other
A100 printer                                             | other       | -       | 0  | other
A30 tablet                                               | other       | -       | 0  | other
L4 connector                                             | other       | -       | 0  | other
T4 bulbs                                                 | other       | -       | 0  | other
laptops                                                  | other       | -       | 0  | other
27 inch LCD monitors                                     | other       | -       | 0  | other
hard disk drives                                         | other       | -       | 0  | other
office chairs                                            | other       | -       | 0  | other
bicycle parts                                            | other       | -       | 0  | other
DDR5 memory modules                                      | other       | -       | 0  | other
PowerEdge R650 server                                    | other       | -       | 0  | server
HPE ProLiant DL380 Gen11                                 | other       | -       | 0  | server
Mellanox ConnectX-6 network adapter                      | other       | -       | 0  | other
HBM3E stacks                                             | memory      | -       | 0  | chip
ASML TWINSCAN lithography scanner                        | semiconductor_equipment | - | 0 | other
EDA software license                                     | design_software | -   | 0  | other
CH1005                                                   | -           | -       | -  | -
Canon A100                                               | -           | -       | -  | -
Airbus A100                                              | -           | -       | -  | -
T4                                                       | -           | -       | -  | -
SANDKYAN                                                 | -           | -       | -  | -
computer parts                                           | vague       | -       | -  | -
Computer Parts and Accessories                           | vague       | -       | -  | -
adapter                                                  | vague       | -       | -  | -
adapter modules                                          | vague       | -       | -  | -
SANDKYAN adapter modules                                 | vague       | -       | -  | -
electronic components                                    | vague       | -       | -  | -
spare parts                                              | vague       | -       | -  | -
contactor controllers                                    | vague       | -       | -  | -
video cards                                              | vague       | -       | -  | -
equipment, model XJ-220                                  | vague       | -       | -  | -
samples                                                  | vague       | -       | -  | -
servers                                                  | vague       | -       | -  | -
"""


def lines(*rows: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(INPUT), "quantity": 1.0, **row} for row in rows], schema=INPUT)


def one(**row: object) -> dict[str, object]:
    return recognize(lines(row), catalog=catalog()).row(0, named=True)


@cache
def every_text() -> dict[str, dict[str, object]]:
    """All texts of the table, recognized at once."""
    said = recognize(lines(*({"item": row[0]} for row in table())), catalog=catalog())
    return {row["item"]: row for row in said.iter_rows(named=True)}


def table() -> list[list[str | None]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in TEXTS.strip().splitlines()]
    return [[None if cell == "-" else cell for cell in row] for row in rows]


@pytest.mark.parametrize(("text", "family", "chip", "chips", "form"), table(), ids=[str(row[0]) for row in table()])
def test_a_text_says_what_the_goods_are(text: str, family: str, chip: str, chips: str | None, form: str) -> None:
    known = None if family == "vague" else family
    said = every_text()[text]
    assert (said["family"], said["chip"], said["form"]) == (known, chip, form)
    assert said["chips_per_piece"] == (None if chips is None else float(chips))
    assert (said["recognized"], said["vague"]) == (known is not None, family == "vague")


def test_the_worked_example_counts_240_chips_of_1_275_kilowatts() -> None:
    said = one(
        item="NVIDIA HGX H100 8-GPU server", hs_code="847150", eccn="4A090.a", quantity=30.0, value_usd=8_100_000.0
    )
    assert (said["pieces"], said["chips"], said["h100_equivalents"]) == (30, 240, 240)
    assert (said["model"], said["unit_value_usd"]) == ("hgx_h100_8", 270_000)
    assert said["kilowatts_per_chip"] == pytest.approx(1.275)


@pytest.mark.parametrize(
    ("unit", "pieces", "chips"),
    [
        (None, 16, 128), ("", 16, 128), ("PCS", 16, 128), ("set", 16, 128), ("kg", None, None), ("cartons", None, None),
        ("pallets", None, None), ("bunch", None, None), ("chip", 2, 16), ("dozen", 192, 1536), ("rack", 16, None),
    ],
)  # fmt: skip
def test_a_quantity_counts_its_unit(unit: str | None, pieces: float | None, chips: float | None) -> None:
    said = one(item="NVIDIA HGX H100 8-GPU server", quantity=16.0, unit=unit)
    assert (said["pieces"], said["chips"]) == (pieces, chips)


@pytest.mark.parametrize(
    ("text", "unit_value", "family"),
    [
        ("laptop", 1_500.0, "other"), ("laptop", 30_000.0, None), ("laptop", None, "other"),
        ("PowerEdge R650 server", 12_000.0, "other"), ("PowerEdge R650 server", 260_000.0, None),
        ("H100 heat sink", 40.0, "other"), ("H100 heat sink", 30_000.0, "accelerator"),
        ("office chairs", 250_000.0, None), ("computer parts", 250_000.0, None),
    ],
)  # fmt: skip
def test_other_goods_are_believed_at_their_price(text: str, unit_value: float | None, family: str | None) -> None:
    assert one(item=text, value_usd=unit_value)["family"] == family


@pytest.mark.parametrize(
    ("eccn", "family", "form"),
    [
        ("3A090.a", "accelerator", "chip"), ("3a090", "accelerator", "chip"), ("4A090.b", "accelerator", "server"),
        ("5A992.z", "accelerator", "server"), ("4A003.z.1", "accelerator", "server"), ("3A090.c", "memory", "chip"),
        ("3B001.a.4", "semiconductor_equipment", "other"), ("3D006", "design_software", "other"), ("EAR99", None, None),
        ("5A992.c", None, None), ("4A994", None, None),
    ],
)  # fmt: skip
def test_a_declared_class_says_what_vague_goods_are(eccn: str, family: str | None, form: str | None) -> None:
    said = one(item="computer parts", eccn=eccn)
    assert (said["family"], said["form"], said["chip"], said["vague"]) == (family, form, None, True)


@pytest.mark.parametrize(
    ("row", "chip"),
    [
        ({}, None), ({"hs_code": "847330"}, "h20"), ({"hs_code": "940540"}, None), ({"eccn": "3A090.a"}, "h20"),
        ({"item": "NVIDIA H20", "hs_code": "940540"}, "h20"),
    ],
)  # fmt: skip
def test_a_short_name_needs_a_context(row: dict[str, object], chip: str | None) -> None:
    assert one(**{"item": "H20", **row})["chip"] == chip


def test_a_plain_name_beside_unknown_words_yields_to_a_foreign_code() -> None:
    assert one(item="Yamato H200 lifter", hs_code="842890")["family"] is None
    assert one(item="Yamato H200 lifter", hs_code="842890", value_usd=32_000.0)["chip"] == "h200"
    assert one(item="Yamato H200 lifter")["chip"] == "h200"


def test_a_count_that_repeats_the_quantity_is_not_per_piece() -> None:
    assert one(item="8x NVIDIA H100 SXM", quantity=8.0, value_usd=240_000.0)["chips"] == 8
    assert one(item="8x NVIDIA H100 SXM", quantity=8.0, value_usd=2_400_000.0)["chips"] == 64
    assert one(item="8x NVIDIA H100 SXM", quantity=2.0)["chips"] == 16


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("H100", "h100_sxm"), ("H100 80GB PCIe", "h100_pcie"), ("H100 NVL", "h100_nvl"),
        ("A100 PCIe 40 GB", "a100_40_pcie"), ("A100", "a100_80_sxm"), ("NVIDIA A100 SXM4 40GB", "a100_40_sxm"),
        ("H200 NVL", "h200_nvl"),
    ],
)  # fmt: skip
def test_words_tell_variants_apart_and_the_first_stands_for_the_product(text: str, model: str) -> None:
    assert one(item=text)["model"] == model


def test_the_users_list_says_what_a_sku_is() -> None:
    own = pl.DataFrame(
        {
            "id": ["Box-8", "PART-1", "CARD-2", "NOTHING-3"], "model": ["H200", None, "a10", None],
            "name": ["Deskside box", "Blanking plate", None, None], "chips_per_unit": [8.0, 0.0, None, None],
            "eccn": [None, None, None, "4A090.a"],
        }
    )  # fmt: skip
    said = recognize(lines(*({"item": each} for each in ("BOX-8", "part-1", " card-2 ", "nothing-3", "box-9"))),
                     catalog=catalog(), user_items=own)  # fmt: skip
    assert said["chip"].to_list() == ["h200", None, "a10", None, None]
    assert said["family"].to_list() == ["accelerator", "other", "accelerator", "accelerator", None]
    assert said["chips_per_piece"].to_list() == [8, 0, 1, None, None]


def test_every_article_is_recognized_by_its_own_name() -> None:
    items = catalog()
    for table, wanted in ((items.accelerators, "product"), (items.systems, "product")):
        said = recognize(lines(*({"item": name} for name in table["name"])), catalog=items)
        wrong = pl.DataFrame(
            {"name": table["name"], "wanted": table[wanted], "chip": said["chip"], "said": said["family"]}
        )
        missed = wrong.filter(pl.col("wanted").is_not_null() & ~pl.col("wanted").eq_missing(pl.col("chip")))
        assert missed.is_empty(), missed


def test_columns_already_there_are_replaced_and_the_rest_kept_in_order() -> None:
    frame = lines({"item": "H100"}, {"item": "laptop"}).with_columns(chip=pl.lit("old"), note=pl.Series(["x", "y"]))
    said = recognize(frame, catalog=catalog())
    assert said.columns == [*INPUT, "note", *ADDED]
    assert said["chip"].to_list() == ["h100", None]


def test_no_lines_give_no_lines() -> None:
    said = recognize(pl.DataFrame(schema=INPUT), catalog=catalog())
    assert said.is_empty()
    assert said.columns == [*INPUT, *ADDED]


KNOWN = st.sampled_from([str(row[0]) for row in table()])
ROWS = st.fixed_dictionaries(
    {
        "item": st.none() | KNOWN | st.text(max_size=60),
        "hs_code": st.none() | st.sampled_from(["847330", "8471", "853690", ""]),
        "eccn": st.none() | st.sampled_from(["3A090.a", "EAR99", "(", "4a090"]) | st.text(max_size=8),
        "quantity": st.none() | st.floats(0, 1e6),
        "unit": st.none() | st.sampled_from(["pcs", "kg", "chip", "rack"]) | st.text(max_size=6),
        "value_usd": st.none() | st.floats(0, 1e12),
    }
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ROWS, max_size=8))
def test_rows_keep_their_number_and_order_whatever_they_say(rows: list[dict[str, object]]) -> None:
    frame = lines(*rows)
    said = recognize(frame, catalog=catalog())
    assert_frame_equal(said.select(INPUT.keys()), frame)
    assert said.filter((pl.col("pieces") < 0) | (pl.col("chips") < 0)).is_empty()
    assert said.filter(pl.col("recognized") != pl.col("family").is_not_null()).is_empty()
    assert said.filter(pl.col("chip").is_not_null() & (pl.col("family") != "accelerator")).is_empty()
    backwards = recognize(frame.reverse(), catalog=catalog()).reverse()
    assert_frame_equal(backwards.select(ADDED), said.select(ADDED))


@pytest.mark.parametrize("spelled", [str.upper, str.lower, str.title, str.swapcase], ids=lambda each: each.__name__)
@pytest.mark.parametrize("space", [" ", "   ", "\t", "\u3000"], ids=["one", "three", "tab", "wide"])
def test_case_and_spaces_do_not_matter(spelled: Callable[[str], str], space: str) -> None:
    texts = [str(row[0]) for row in table()]
    others = [space + space.join(spelled(text).split()) + space for text in texts]
    said = recognize(lines(*({"item": each} for each in others)), catalog=catalog())
    expected = [{**every_text()[text], "item": None} for text in texts]
    assert [{**row, "item": None} for row in said.iter_rows(named=True)] == expected
