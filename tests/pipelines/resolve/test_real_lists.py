"""Screening against the complete real lists, picked at run time; nothing of them is kept here."""

from __future__ import annotations

import csv
import json
import random
import re
import string
from collections.abc import Callable, Iterator

import polars as pl
import pytest

from pipelines.normalize.countries import country_code
from pipelines.normalize.names import parse_name
from pipelines.resolve.evidence import similar_name
from pipelines.resolve.screen import screen, screen_addresses
from tests.pipelines.resolve.written import parties_and_mentions, table
from tests.shared_data import SHARED, WHY

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)
KINDS = {"Individual": "person", "Vessel": "vessel", "Aircraft": "aircraft"}


def entity_list() -> Iterator[dict[str, object]]:
    for entry in json.loads((SHARED / "lists/bis_entity_list.json").read_text(encoding="utf-8"))["entities"]:
        bare = re.fullmatch(r"Address \d+", entry["name"])
        yield {
            "name": None if bare else entry["name"],
            "aliases": entry["aliases"],
            "addresses": [entry["address"]],
            "kind": "address" if bare else "entity",
            "country": [country_code(entry["country"] or "")],
            "list": "EL",
        }


def screening_list() -> Iterator[dict[str, object]]:
    with (SHARED / "lists/csl_2026-07-31.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["source"].startswith("Entity List"):
                aliases = [each.strip() for each in row["alt_names"].split(";") if each.strip()]
                yield {
                    "name": row["name"],
                    "aliases": aliases,
                    "kind": KINDS.get(row["type"], "entity"),
                    "country": row["countries"].split(),
                    "list": row["source"],
                }


@pytest.fixture(scope="module")
def listings() -> pl.DataFrame:
    rows = [*entity_list(), *screening_list()]
    return table("listings", [{"id": str(place), **row} for place, row in enumerate(rows)])


FORMS = re.compile(r"[,.]?\s*\b(?:co|company|ltd|limited|inc|corp|corporation|llc|jsc|ojsc)\b\.?", re.IGNORECASE)


def without_form(name: str) -> str:
    return " ".join(FORMS.sub(" ", name).split()) or name


def with_one_letter_wrong(name: str) -> str:
    words = name.split()
    place = max(range(len(words)), key=lambda each: sum(map(str.isalpha, words[each])))
    letter = len(words[place]) // 2
    words[place] = words[place][:letter] + ("o" if words[place][letter] != "o" else "a") + words[place][letter + 1 :]
    return " ".join(words)


def an_alias(name: str, aliases: list[str]) -> str:
    return max([each for each in aliases if len(each) > 6] or [name], key=len).upper()


VARIANTS: dict[str, Callable[[str, list[str]], str]] = {
    "upper case": lambda name, _: name.upper(),
    "form dropped": lambda name, _: without_form(name).upper(),
    "form varied": lambda name, _: f"{without_form(name)} CO LIMITED",
    "alias": an_alias,
    "one letter wrong": lambda name, _: with_one_letter_wrong(name).upper(),
}


def test_listed_names_are_found_however_a_form_would_write_them(listings: pl.DataFrame) -> None:
    known = listings.filter((pl.col("list") == "EL") & pl.col("name").is_not_null()).rows(named=True)
    chosen = random.Random(4).sample(known, 300)  # noqa: S311 (a fixed seed, no secret)
    people = [
        {"name": vary(row["name"], row["aliases"]), "country": row["country"][0]}
        for row in chosen
        for vary in VARIANTS.values()
    ]
    found = screen(*parties_and_mentions(*people), listings)
    bands = {(row["party"], row["listing"]): row["band"] for row in found.rows(named=True)}
    wanted = [(f"p{place}", chosen[place // len(VARIANTS)]["id"]) for place in range(len(people))]
    hits = sum(each in bands for each in wanted) / len(wanted)
    sure = sum(bands.get(each) == "match" for each in wanted) / len(wanted)
    print(f"found {hits:.3f}, as a match {sure:.3f}, of {len(wanted)}")
    assert hits >= 0.97
    assert sure >= 0.94


HUBS = {"MY": "Sdn Bhd", "SG": "Pte Ltd", "VN": "Co., Ltd", "TH": "Co., Ltd.", "HK": "Limited", "AE": "LLC"}
FIRST = """
Straits Mekong Lotus Siam Bintang Cendana Orchid Marina Harbour Golden Silver Pacific Summit Apex Nova Vertex
Zenith Orion Vega Venus Atlas Titan Falcon Eagle Phoenix Dragon Pearl Jade Crystal Sunrise Horizon Evergreen
Bright Grand Royal Prime Elite Alpha Delta Omega Quantum Nexus Fusion Stellar Unity Global Asia Eastern Oriental
Victory Fortune Kinta Perak Mutiara Cahaya Sinar Tanjung Saigon Minh Phat Thanh Long Hung An Binh Ratana Chai
Thong Sri Al Noor Khaleej Marwa Rayan Zahra Wing Fung Kwong Tai Lee Wah Hing Shing Yick Sun Hop
"""
THEN = """
Cloud Compute Data Digital Semiconductor Electronics Technology Systems Solutions Trading Logistics Freight
Shipping Network Infotech Components Industries Engineering Services Ventures Holdings Resources Energy
"""


def honest_companies(count: int) -> list[dict[str, object]]:
    """Invent companies as the registers of hub countries are full of them."""
    pick, first, then = random.Random(7), FIRST.split(), THEN.split()  # noqa: S311 (a fixed seed, no secret)
    shapes: tuple[Callable[[], str], ...] = (
        lambda: f"{pick.choice(first)} {pick.choice(then)}",
        lambda: f"{pick.choice(first)} {pick.choice(first)} {pick.choice(then)}",
        lambda: f"{pick.choice(first)} {pick.choice(then)} {pick.choice(then)}",
        lambda: pick.choice(first),
        lambda: f"{pick.choice(first)} {pick.choice(string.ascii_uppercase + string.digits)}",
        lambda: f"{pick.choice(first)}{pick.choice(first).lower()} {pick.choice(then)}",
    )
    return [
        {"name": f"{pick.choice(shapes)()} {HUBS[hub]}", "country": hub} for hub in pick.choices(list(HUBS), k=count)
    ]


def register_companies() -> list[dict[str, object]]:
    found = {}
    for file in sorted((SHARED / "ownership/bods/groups").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            said = json.loads(line).get("recordDetails") or {}
            code = (said.get("incorporatedInJurisdiction") or {}).get("code", "")[:2] or None
            found[said.get("name")] = {"name": said.get("name"), "country": code}
    return [row for name, row in found.items() if name]


def test_honest_companies_are_hardly_ever_hit(listings: pl.DataFrame) -> None:
    people = honest_companies(2000)
    found = screen(*parties_and_mentions(*people), listings)
    hits = found.filter(pl.col("band") == "match")["party"].n_unique()
    reviews = found.filter(pl.col("band") == "review")["party"].n_unique()
    print(f"{hits / 2:.1f} matches and {reviews / 2:.1f} reviews per 1,000 invented companies")
    assert hits <= 2
    assert reviews <= 20


def test_companies_of_real_registers_are_hit_only_under_their_own_name(listings: pl.DataFrame) -> None:
    found = screen(*parties_and_mentions(*register_companies()), listings).filter(pl.col("band") == "match")
    print(f"{found['party'].n_unique()} of {len(register_companies())} companies of real registers match")
    assert found.filter(~pl.col("detail").str.starts_with("same_name")).height == 0


TURNED = (
    (r"(?:Unit|Room|Office|Flat/RM|Flat|Rm\.) ", "RM "),
    (r"(\d+)/F\b", r"\1TH FLOOR"),
    (r"\b(\d+)F\b", r"\1/F"),
    ("Fa Yuen", "Fayuen"),
    ("Bright Way", "Brightway"),
    ("Mong Kok Road", "MONGKOK RD"),
    ("Wan Chai Road", "Wanchai Rd"),
    ("Road", "RD"),
    ("Street", "ST"),
    ("Tower", "TWR"),
    ("Cent(?:re|er)", "CTR"),
    ("Commercial", "COMM"),
    ("Building", "BLDG"),
    ("(?:Wan Chai|Mong Kok|Kowloon|Sheung Wan|Tsim Sha Tsui|Admiralty|Hong Kong|Turkey)[,. ]*", ""),
    ("No[.:]+ ?", "NO "),
    ("[,.]", " "),
)


def turned(address: str) -> str:
    """Write an address as a customs form would."""
    for pattern, written in TURNED:
        address = re.sub(pattern, written, address)
    return " ".join(address.split()).upper()


def test_every_address_without_a_name_is_found_however_it_is_spelled(listings: pl.DataFrame) -> None:
    bare = listings.filter(pl.col("kind") == "address").rows(named=True)
    people = [
        {
            "name": f"Zenvora {row['id']} Ltd",
            "country": "TR" if "Istanbul" in row["addresses"][0] else "HK",
            "address": turned(row["addresses"][0]),
        }
        for row in bare
    ]
    found = screen_addresses(*parties_and_mentions(*people), table("shipments", []), listings)
    units = found.filter(pl.col("address_only") & pl.col("unit_level")).select("party", "listing").rows()
    missed = [row["addresses"][0] for place, row in enumerate(bare) if (f"p{place}", row["id"]) not in units]
    assert missed == []
    assert len(bare) == 19


def test_the_scorer_agrees_with_labelled_pairs() -> None:
    pairs = pl.read_csv(SHARED / "matching/name_pairs_826.csv", infer_schema_length=None)
    scores = [
        similar_name(parse_name(one), parse_name(other)).score for one, other in pairs.select("name1", "name2").rows()
    ]
    pairs = pairs.with_columns(yes=pl.Series(scores) >= 0.75)
    companies = pairs.filter(pl.col("schema").is_in(["Company", "Organization", "LegalEntity"]))
    print(f"F1 {f1(pairs):.3f} overall, {f1(companies):.3f} on organizations")
    assert f1(companies) >= 0.8


def f1(pairs: pl.DataFrame) -> float:
    true = pairs.filter(pl.col("yes") & pl.col("is_match")).height
    wrong = pairs.filter(pl.col("yes") != pl.col("is_match")).height
    return 2 * true / (2 * true + wrong)
