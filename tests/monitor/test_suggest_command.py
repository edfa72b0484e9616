"""`entrepot check --suggest` prints a mapping that can be kept as it is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from pipelines.reading.mapping import read_mapping
from tests.command import entrepot

FILE = "Ref,Ship Date,Seller,Buyer,Product,Qty\nR1,25/03/2025,Alder,Harbor,H100,4\n"


def test_what_it_prints_is_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(FILE)
    ran = entrepot("check", "--suggest", tmp_path / "x.csv")
    assert ran.exit_code == 0
    (tmp_path / "m.toml").write_text(ran.stdout)
    assert read_mapping(tmp_path / "m.toml").columns["shipped_on"][0].dates == ("%d/%m/%Y",)


def test_as_json_it_tells_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Ref,Seller\nR1,Alder\n")
    ran = entrepot("check", "--json", "--suggest", tmp_path / "x.csv")
    (told,) = json.loads(ran.stdout)
    assert {"item", "quantity", "shipped_on"} <= set(told["missing"])
    assert tomllib.loads(told["mapping"])["table"] == "shipments"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (bytes(range(256)) * 99, "not text"), (b"PK\x03\x04garbage", "broken"), (b"{]", "")],
)
def test_what_cannot_be_read_gives_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    ran = entrepot("check", "--suggest", tmp_path / "x.csv")
    assert ran.exit_code == 1
    assert says in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    ran = entrepot("check", "--suggest", tmp_path)
    assert (ran.exit_code, len(ran.stderr.strip().splitlines())) == (1, 1)
