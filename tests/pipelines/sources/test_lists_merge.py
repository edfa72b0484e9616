"""One entry of the real Entity List is one listing, whichever of its publications it is found in."""

import csv
import datetime as dt
import json
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest

from pipelines.ingest import ingest
from pipelines.listings import listings
from pipelines.normalize.names import fold
from pipelines.source import SourceSetting
from tests.shared_data import real_data

TAKEN = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some real entries that several publications have, each publication as a file of its own."""
    lists = real_data() / "lists"
    with (lists / "csl_2026-07-31.csv").open(encoding="utf-8-sig", newline="") as file:
        screening = {row["name"]: row for row in csv.DictReader(file) if "(EL)" in row["source"]}
    entities = json.loads((lists / "bis_entity_list.json").read_text(encoding="utf-8"))["entities"]
    named = [each for each in entities if each["name"] in screening and not each["name"].startswith("Address ")]
    both = [each for each in named if each["address"]][::15][:TAKEN]
    folder = tmp_path_factory.mktemp("lists")
    rows = [screening[each["name"]] for each in both]
    with (folder / "csl.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    results = [{**row, "alt_names": row["alt_names"].split("; "), "country": row["countries"]} for row in rows]
    (folder / "csl.json").write_text(json.dumps({"results": results}))
    (folder / "el.json").write_text(json.dumps({"list_id": "bis-entity-list", "count": len(both), "entities": both}))
    (folder / "el.xml").write_text(as_ecfr(both), encoding="utf-8")
    return folder


def as_ecfr(entities: list[dict[str, object]]) -> str:
    """Word entries as eCFR does."""
    heads = "".join(f"<TH>{name}</TH>" for name in ("Country", "Entity", "License requirement", "Federal Register"))
    body = ""
    for each in entities:
        aliases = each["aliases"]
        assert isinstance(aliases, list)
        announced = f", a.k.a., the following {len(aliases)} aliases:" if aliases else ", "
        lines = [f"{each['name']}{announced}", *(f"—{alias};" for alias in aliases)]
        entity = "<br/>".join(map(escape, lines)) + ("<br/>" if aliases else "") + escape(str(each["address"]))
        cells = [escape(str(each["country"]).upper()), entity, escape(str(each["notes"])), each["federal_register"]]
        body += f"<TR>{''.join(f'<TD>{cell}</TD>' for cell in cells)}</TR>"
    return f"<DIV9><TABLE><TR>{heads}</TR>{body}</TABLE></DIV9>"


def merged(folder: Path, *names: str) -> pl.DataFrame:
    declared = [SourceSetting(id=name, path=folder / name) for name in names]
    found = ingest(declared, None, as_of=dt.date(2026, 8, 1))
    assert found.failed == ()
    return listings(found.records["listings"], names_fold=fold)


def test_an_entry_in_four_publications_is_one_listing(folder: Path) -> None:
    names = ("csl.csv", "csl.json", "el.json", "el.xml")
    rows = merged(folder, *names)
    assert rows.filter(pl.col("sources").list.len() == len(names)).height >= 0.98 * TAKEN
    assert rows.height <= 1.02 * TAKEN


def test_the_publications_agree_on_days_and_scope(folder: Path) -> None:
    said = ["id", "published_on", "effective_on", "limits", "footnotes"]
    ecfr, as_json = (merged(folder, name).select(said) for name in ("el.xml", "el.json"))
    shared = ecfr.join(as_json, on="id", how="semi")
    assert shared.equals(as_json.join(ecfr, on="id", how="semi"))
    assert shared.height >= 0.98 * TAKEN
