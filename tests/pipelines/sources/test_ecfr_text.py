"""The Entity List as eCFR publishes it gives what its JSON gives, in every layout."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import Ingested, ingest
from pipelines.reading.raw import open_files
from pipelines.source import SourceSetting
from pipelines.sources.entity_list import read_entity_list
from pipelines.sources.entity_list_text import read_supplement

FILES = Path(__file__).parents[2] / "files"
DAY = dt.date.fromisoformat
SAID = ["list", "name", "aliases", "kind", "country", "addresses", "published_on", "effective_on", "scope"]
SAID += ["footnotes", "citation"]
HEADINGS = ("Country", "Entity", "License requirement", "License review policy", "Federal Register citation")


@dataclass(frozen=True)
class Written:
    """A fictional entry, before any layout."""

    country: str
    name: str
    aliases: tuple[str, ...]
    addresses: tuple[str, ...]
    requirement: str
    cited: str

    @property
    def address(self) -> str:
        return "; and ".join(self.addresses) + "." if self.addresses else ""

    def lines(self) -> list[str]:
        """The entry as eCFR words it: name, other names each on its line, addresses."""
        if not self.aliases:
            return [f"{self.name}, {self.address}" if self.address else f"{self.name}."]
        count = {1: "one alias", 2: "two aliases"}.get(len(self.aliases), "three aliases")
        ends = [*[";"] * (len(self.aliases) - 2), *["; and"] * (len(self.aliases) > 1), "."]
        names = [f"—{alias}{end}".replace("..", ".") for alias, end in zip(self.aliases, ends, strict=True)]
        return [f"{self.name}, a.k.a., the following {count}:", *names, *([self.address] if self.address else [])]


def read(path: Path) -> Ingested:
    return ingest([SourceSetting(id="el", path=path)], None, as_of=DAY("2026-01-01"))


def said(path: Path, content: str) -> pl.DataFrame:
    path.write_text(content, encoding="utf-8")
    reader = read_supplement if path.suffix != ".json" else read_entity_list
    extracts = list(reader(open_files(path)))
    assert sum(extract.quarantined.height for extract in extracts) == 0
    return pl.concat(extract.rows for extract in extracts).select(SAID)


def as_json(entries: Sequence[Written]) -> str:
    listed = [
        {"name": each.name, "aliases": list(each.aliases), "country": each.country.title(), "address": each.address}
        | {"federal_register": each.cited, "notes": each.requirement, "status": None, "effective_date": None}
        for each in entries
    ]
    return json.dumps({"list_id": "bis-entity-list", "count": len(listed), "entities": listed})


def rows(entries: Sequence[Written], joint: str) -> list[list[str]]:
    found, country = [], ""
    for each in entries:
        shown = each.country if each.country != country else ""
        country = each.country
        found.append([shown, joint.join(each.lines()), each.requirement, "Presumption of denial", f"{each.cited}."])
    return found


def as_csv(entries: Sequence[Written], joint: str = " ") -> str:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *rows(entries, joint)])
    return out.getvalue()


def as_csv_of_lines(entries: Sequence[Written]) -> str:
    return as_csv(entries, "\n")


def as_text(entries: Sequence[Written]) -> str:
    cells = ["\t" + "\n\t".join(HEADINGS)]
    for country, *others in rows(entries, "\n"):
        cells += [f"\t{country}\n\t"] if country else ["\t"]
        cells += ["\t" + "\n\t".join(others)]
    return (
        "Supplement No. 4 to Part 744—Entity List\nThis Supplement lists.\n"
        + "\n".join(cells)
        + (
            "\n\t1 For this entity, see the rule on foreign direct products.\n\t[63 FR 64325, Nov. 20, 1998]\n"
            "Supplement No. 5 to Part 744—Procedures\n\tIRAN\n\tNobody Ltd., Tehran, Iran.\n"
        )
    )


def as_copied(entries: Sequence[Written]) -> str:
    body = "\n".join("\t".join(row) for row in [list(HEADINGS), *rows(entries, "\n")])
    return f"Supplement No. 4 to Part 744—Entity List\n{body}\n"


def as_xml(entries: Sequence[Written]) -> str:
    cells = [[escape(cell).replace("\n", "<br/>") for cell in row] for row in rows(entries, "\n")]
    body = "".join(f"<TR>{''.join(f'<TD>{cell}</TD>' for cell in row)}</TR>" for row in cells)
    heads = "".join(f'<TH class="gpotbl_colhed" scope="col">{name}</TH>' for name in HEADINGS)
    other = "<TABLE><TR><TH>Country</TH><TH>Reason</TH></TR><TR><TD>IRAN</TD><TD>Nobody</TD></TR></TABLE>"
    table = f'<DIV class="gpotbl_div"><TABLE class="gpotbl_table"><TR>{heads}</TR>{body}</TABLE></DIV>'
    head = '<DIV9 N="Supplement No. 4 to Part 744" TYPE="APPENDIX"><HEAD>Supplement No. 4 to Part 744</HEAD>'
    return f'<?xml version="1.0"?>\n<DIV5 N="744" TYPE="PART">{other}{head}{table}</DIV9></DIV5>'


def as_printed(entries: Sequence[Written]) -> str:
    body = []
    for row, each in zip(rows(entries, " "), entries, strict=True):
        first, *others = each.lines()
        body.append([row[0], first, *row[2:]])
        body += [["", line, "", "", ""] for line in others]
    shown = "".join("<ROW>" + "".join(f"<ENT>{escape(cell)}</ENT>" for cell in row) + "</ROW>" for row in body)
    heads = "".join(f'<CHED H="1">{name}</CHED>' for name in HEADINGS)
    return f"<APPENDIX><GPOTABLE><BOXHD>{heads}</BOXHD>{shown}</GPOTABLE></APPENDIX>"


LAYOUTS = {
    "el.csv": as_csv, "el_lines.csv": as_csv_of_lines, "el.txt": as_text, "copied.txt": as_copied, "el.xml": as_xml,
    "printed.xml": as_printed,
}  # fmt: skip

WORDS = st.sampled_from(
    ["Alder", "Birch", "Qinglan", "Velograd", "Tallvik", "Harbor", "Nortech", "Ostmark", "Meridian", "Pipe", "Works"]
)
FORMS = st.sampled_from([" Co., Ltd.", " Ltd.", ", Inc.", " LLC", " Institute No. 7", " (Group) Corporation", ""])
NAMES = st.builds(lambda words, form: " ".join(words) + form, st.lists(WORDS, min_size=2, max_size=4), FORMS)
STREETS = st.sampled_from(
    [
        "Room 5, No. 12 Lake Road",
        "12 Demidova Street",
        "No. 66A, East Road",
        "P.O. Box 77",
        "Unit 07, 9/F Sunrise Tower",
    ]
)
PLACES = {"CHINA": "Beijing, China", "RUSSIA": "Velograd, Russia", "UNITED KINGDOM": "London, United Kingdom"}
SCOPES = st.sampled_from(
    [
        "For all items subject to the EAR. (See § 744.11 of the EAR)",
        "For all items subject to the EAR (See §§ 734.9(e)(2) and 744.11 of the EAR) 4",
        "For all items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR)",
        "For all items subject to the EAR when used in projects specified in § 746.8(a)(4) of the EAR",
        "All items subject to the EAR. (See § 744.11 of the EAR)",
    ]
)
CITES = st.sampled_from(
    [
        "76 FR 71869, 11/21/11",
        "90 FR 14048, 3/28/25",
        "81 FR 40178, 6/21/16. 85 FR 83769, 12/23/20",
        "87 FR 77508, 12/19/2022",
    ]
)


@st.composite
def entries(draw: st.DrawFn) -> list[Written]:
    found = []
    for country in draw(st.lists(st.sampled_from(sorted(PLACES)), min_size=1, max_size=3, unique=True)):
        for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
            aliases = draw(st.lists(NAMES.filter(lambda each: each[-1] != "7"), max_size=3, unique=True))
            streets = draw(st.lists(STREETS, min_size=1, max_size=3, unique=True))
            addresses = tuple(f"{street}, {PLACES[country]}" for street in streets)
            found.append(Written(country, name, tuple(aliases), addresses, draw(SCOPES), draw(CITES)))
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(listed=entries())
def test_every_layout_gives_what_the_json_gives(tmp_path: Path, listed: list[Written]) -> None:
    expected = said(tmp_path / "el.json", as_json(listed))
    for name, layout in LAYOUTS.items():
        found = said(tmp_path / name, layout(listed))
        assert found.rows() == expected.rows(), name


ALDER = Written(
    "CHINA", "Alder Tech. Works Co., Ltd.", ("Alder", "AWL, Inc."), ("Floor 10, Building 9, Beijing, China",),
    "For all items subject to the EAR. (See § 744.11 of the EAR)", "90 FR 4619, 1/16/25",
)  # fmt: skip
ADDRESS = Written(
    "CHINA", "Address 77", (), ("Unit 07, 9/F Sunrise Tower, No. 21 Argyle Road, Hong Kong",),
    "For items on the CCL and listed in supplement no. 7 to part 746 of the EAR", "89 FR 51652, 6/18/24",
)  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_address_only_entry_has_no_name(tmp_path: Path, name: str) -> None:
    rows = said(tmp_path / name, LAYOUTS[name]([ALDER, ADDRESS])).rows(named=True)
    assert [row["kind"] for row in rows] == ["entity", "address"]
    assert rows[1]["name"] is None
    assert rows[1]["addresses"] == ["Unit 07, 9/F Sunrise Tower, No. 21 Argyle Road, Hong Kong"]
    assert (rows[1]["country"], rows[1]["effective_on"]) == (["CN", "HK"], DAY("2024-06-12"))


@pytest.mark.parametrize(
    "text",
    [
        "Alder Works Ltd., a.k.a., the following two aliases: —Alder; and —Alder Tech. Co., Ltd. 1 Pier Road.",
        "Alder Works Ltd., a.k.a., the following 2 aliases: -Alder; and -Alder Tech. Co., Ltd. 1 Pier Road.",
        "Alder Works Ltd. 4, a.k.a., the following two aliases:\n—Alder; and\n—Alder Tech. Co., Ltd.\n1 Pier Road.",
    ],
)
def test_aliases_are_told_from_the_address_behind_them(tmp_path: Path, text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, ["CHINA", text, ALDER.requirement, "Presumption of denial", ALDER.cited]])
    (row,) = said(tmp_path / "el.csv", out.getvalue()).rows(named=True)
    assert (row["name"], row["aliases"]) == ("Alder Works Ltd.", ["Alder", "Alder Tech. Co., Ltd."])
    assert row["addresses"] == ["1 Pier Road"]


def test_units_of_one_house_keep_their_names_apart(tmp_path: Path) -> None:
    units = ["Institute of Pipes", "Institute of Wires"]
    listed = [Written("CHINA", f"Alder Academy, {unit}", (), ALDER.addresses, ALDER.requirement, "") for unit in units]
    names = said(tmp_path / "el.xml", as_xml(listed))["name"].to_list()
    assert names == ["Alder Academy, Institute of Pipes", "Alder Academy, Institute of Wires"]


def test_an_entry_that_lacks_its_citation_is_kept_apart_from_the_next(tmp_path: Path) -> None:
    bare = Written("CHINA", "Birch Works Ltd.", (), ALDER.addresses, ALDER.requirement, "")
    text = as_text([bare, ALDER]).replace("\t.\n", "\t\n")
    rows = said(tmp_path / "el.txt", text).rows(named=True)
    assert [row["name"] for row in rows] == ["Birch Works Ltd.", "Alder Tech. Works Co., Ltd."]
    assert [row["citation"] for row in rows] == [None, "90 FR 4619, 1/16/25"]


def test_unverified_and_military_end_users_of_part_744_are_lists_of_their_own(tmp_path: Path) -> None:
    def table(headings: Sequence[str], cells: Sequence[str]) -> str:
        heads = "".join(f"<TH>{each}</TH>" for each in headings)
        return f"<TABLE><TR>{heads}</TR><TR>{''.join(f'<TD>{each}</TD>' for each in cells)}</TR></TABLE>"

    unverified = ("Country", "Listed person and address", "Federal Register citation and date of publication")
    end_user = ("Country", "Entity", "Federal Register citation")
    cells = ("CHINA", "Birch Optics Ltd., 5 Lake Road, Beijing, China.", "87 FR 61977, 10/13/22.")
    text = f"<DIV5>{table(unverified, cells)}{table(end_user, cells)}</DIV5>"
    rows = said(tmp_path / "part744.xml", text).rows(named=True)
    assert [(row["list"], row["name"], row["scope"]) for row in rows] == [
        ("UVL", "Birch Optics Ltd.", None),
        ("MEU", "Birch Optics Ltd.", None),
    ]
    assert {row["published_on"] for row in rows} == {DAY("2022-10-13")}


def test_reserved_rows_and_footnotes_are_no_entries(tmp_path: Path) -> None:
    text = as_xml([ALDER]).replace("</TABLE></DIV>", "<TR><TD>CUBA</TD><TD>[Reserved]</TD></TR></TABLE></DIV>")
    assert said(tmp_path / "el.xml", text).height == 1


def test_other_regulations_are_refused_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "part.xml").write_text("<DIV5><TABLE><TR><TH>Country</TH></TR><TR><TD>CUBA</TD></TR></TABLE></DIV5>")
    (line,) = read(tmp_path / "part.xml").failed
    assert line.startswith("part.xml: has no table with the columns Country, Entity")


TEXTS = {name: layout([ALDER, ADDRESS, ALDER]) for name, layout in LAYOUTS.items()}
Layout = Callable[[Sequence[Written]], str]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(LAYOUTS)))
def test_a_damaged_file_is_refused_or_accounted_for(tmp_path: Path, data: st.DataObject, name: str) -> None:
    content = bytearray(TEXTS[name].encode())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(bytes(content))
    found = read(tmp_path / name)
    for report in found.reports:
        assert report.read == report.accepted + report.duplicate + report.quarantined
    assert found.quarantine.height == sum(report.quarantined for report in found.reports)
