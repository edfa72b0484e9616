"""OFAC's files without headings: entries joined with what lies beside them, every record accounted for."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.inbox import recognize
from pipelines.ingest import Ingested, ingest
from pipelines.reading.raw import open_files
from tests.shared_data import real_data

FILES = Path(__file__).parents[2] / "files" / "ofac"
AS_OF = dt.date(2026, 1, 1)


def read(folder: Path) -> Ingested:
    return ingest([], folder, as_of=AS_OF)


def copied(folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copy(FILES / name, folder / name)
    return folder


def entries(found: Ingested) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in found.records["listings"].iter_rows(named=True)}


def test_files_are_told_apart_by_their_records_whatever_their_name(tmp_path: Path) -> None:
    for name in ("sdn.csv", "add.csv", "alt.csv"):
        shutil.copy(FILES / name, tmp_path / f"x{name}.txt")
        found = recognize(open_files(tmp_path / f"x{name}.txt")[0])
        assert found is not None
        assert found.source == "ofac_sdn"
    found = recognize(open_files(FILES / "cons_prim.csv")[0])
    assert found is not None
    assert found.source == "ofac_non_sdn"


def test_an_entry_has_its_addresses_other_names_and_what_its_remarks_say() -> None:
    harbor = entries(read(FILES))["HARBOR NORTH TRADING, S.A."]
    assert (harbor["list"], harbor["kind"], harbor["record"]) == ("SDN", "entity", "SDN | 90011")
    assert harbor["aliases"] == ["HARBOR NORTE COMERCIO S.A.", "HARBOR SOUTH TRADING", "HNT"]
    assert harbor["addresses"] == ['12 Harbor Street, Office "7", Tallvik 10111, Estonia']
    assert harbor["country"] == ["EE", "PA"]
    assert harbor["identifiers"] == ["HRB 5566801", "harbornorth.example"]
    assert harbor["program"] == "NPWMD; TESTPROG; secondary sanctions; linked to VELOGRAD PIPE WORKS"
    assert harbor["citation"] is None


def test_of_a_person_no_birth_date_or_paper_is_kept() -> None:
    orlov = entries(read(FILES))["ORLOV, Anton"]
    assert (orlov["kind"], orlov["country"], orlov["aliases"]) == ("person", ["EE"], ["ORLOW, Antoni"])
    assert orlov["identifiers"] == ["7719000123"]
    assert not any(paper in str(orlov) for paper in ("1970", "400555777", "37001120000"))


def test_a_vessel_has_its_flag_and_numbers() -> None:
    star = entries(read(FILES))["TALLVIK STAR"]
    assert (star["kind"], star["country"]) == ("vessel", ["PA"])
    assert star["identifiers"] == ["IMO 9100001", "MMSI 357000000", "TSTR9"]
    assert star["program"] == "TESTPROG; linked to TALLVIK SEA CARGO"


def test_remarks_go_on_in_the_file_of_comments() -> None:
    assert entries(read(FILES))["VELOGRAD BANK"]["identifiers"] == ["1027700132195"]


def test_lists_that_do_not_block_are_told_by_program() -> None:
    rows = entries(read(FILES))
    assert rows["HARBOR COUNCILLOR, Piet"]["list"] == "PLC"
    assert rows["VELOGRAD GAS"]["list"] == "SSI"
    assert rows["PORT OF OSTMARK"]["list"] == "MBS"
    aviation = rows["NORTHGALE AVIATION HOLDINGS"]
    assert (aviation["list"], aviation["aliases"], aviation["country"]) == ("CMIC", ["NAH"], ["CN"])
    assert (aviation["published_on"], aviation["effective_on"]) == (dt.date(2021, 6, 3), dt.date(2021, 8, 2))
    assert aviation["identifiers"] == ["91110000TEST000001"]


def test_an_address_of_no_entry_is_told_and_the_end_mark_is_no_record() -> None:
    found = read(FILES)
    assert found.quarantine.select("file", "row").rows() == [("add.csv", 4)]
    sdn = next(report for report in found.reports if report.source == "ofac_sdn")
    assert (sdn.read, sdn.accepted, sdn.quarantined) == (5, 4, 1)


def test_a_file_without_its_entries_is_refused_with_one_line(tmp_path: Path) -> None:
    (line,) = read(copied(tmp_path, "add.csv", "alt.csv")).failed
    assert line == "add.csv: belongs to entries that are not here; put OFAC's sdn.csv or cons_prim.csv beside it"


def test_entries_without_the_other_files_are_read_and_it_is_said(tmp_path: Path) -> None:
    found = read(copied(tmp_path, "sdn.csv"))
    assert found.records["listings"].height == 4
    assert "sdn.csv: read without names; put OFAC's alt.csv beside it" in found.reports[0].notes


def test_two_dumps_keep_their_own_addresses(tmp_path: Path) -> None:
    for day in ("2026-01-01", "2026-02-01"):
        shutil.copy(FILES / "sdn.csv", tmp_path / f"sdn_{day}.csv")
        text = (FILES / "add.csv").read_text().replace("12 Harbor", f"{day[-4]} Harbor").replace("90099", "90014")
        (tmp_path / f"add_{day}.csv").write_text(text)
    rows = read(tmp_path).records["listings"].filter(pl.col("name").str.starts_with("HARBOR"))
    assert {row["file"]: row["addresses"][0][:8] for row in rows.iter_rows(named=True)} == {
        "sdn_2026-01-01.csv": "1 Harbor",
        "sdn_2026-02-01.csv": "2 Harbor",
    }


def test_headings_that_somebody_added_are_no_record(tmp_path: Path) -> None:
    copied(tmp_path, "sdn.csv", "add.csv")
    headings = "ent_num,SDN_Name,SDN_Type,Program,Title,Call_Sign,Vess_type,Tonnage,GRT,Vess_flag,Vess_owner,Remarks"
    text = (tmp_path / "sdn.csv").read_bytes()
    (tmp_path / "sdn.csv").write_bytes(headings.encode() + b"\r\n" + text)
    assert entries(read(tmp_path)).keys() == entries(read(copied(tmp_path, "sdn.csv"))).keys()


def test_latin_letters_of_older_dumps_are_read(tmp_path: Path) -> None:
    text = (FILES / "sdn.csv").read_text().replace("VELOGRAD BANK", "BANCO DE SÃO VELOGRAD, AÇÚCAR E PEÇAS")
    (tmp_path / "sdn.csv").write_bytes(text.encode("cp1252"))
    assert "BANCO DE SÃO VELOGRAD, AÇÚCAR E PEÇAS" in entries(read(tmp_path))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_damaged_files_are_refused_or_accounted_for(tmp_path: Path, data: st.DataObject) -> None:
    for name in ("sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv"):
        content = bytearray((FILES / name).read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        (tmp_path / name).write_bytes(bytes(content))
    found = read(tmp_path)
    for report in found.reports:
        assert report.read == report.accepted + report.duplicate + report.quarantined
    assert found.quarantine.height == sum(report.quarantined for report in found.reports)


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(fields=st.lists(st.tuples(st.integers(0, 11), FIELD), min_size=1, max_size=4))
def test_an_entry_of_unexpected_values_is_read_or_told(tmp_path: Path, fields: list[tuple[int, str]]) -> None:
    values = ["90015", "GOOD NAME", *["-0- "] * 10]
    for place, value in fields:
        values[place] = value
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in values)
    text = (FILES / "sdn.csv").read_text().replace("\x1a", quoted)
    (tmp_path / "sdn.csv").write_text(text, encoding="utf-8")
    (report,) = read(tmp_path).reports
    assert report.read == report.accepted + report.duplicate + report.quarantined == 5


def test_the_real_dump_of_2023_is_read_in_full() -> None:
    found = read(real_data() / "lists" / "ofac")
    (report,) = found.reports
    assert (report.read, report.accepted, report.quarantined) == (11_443, 11_443, 0)
    rows = found.records["listings"]
    kinds = dict(rows["kind"].value_counts().iter_rows())
    assert kinds == {"entity": 4_575, "person": 5_890, "vessel": 685, "aircraft": 293}
    assert rows["record"].n_unique() == 11_443
    assert rows["addresses"].list.len().sum() > 8_000
    assert rows.filter(pl.col("identifiers").list.join(" ").str.contains("IMO ")).height >= 685
