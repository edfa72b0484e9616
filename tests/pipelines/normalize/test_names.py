"""Names: folded, taken apart, weighed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.contacts import domain_key, email_key, phone_key
from pipelines.normalize.names import fold, is_rare, parse_name, spellings, weigh


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_any_text_can_be_taken_apart(text: str) -> None:
    name = parse_name(text)
    assert len(name.weights) == len(name.tokens)
    assert all(0 <= weight <= 1 for weight in name.weights)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbor Cloud Sdn Bhd", "HARBOR CLOUD SDN. BHD."),
        ("Brightquay Logistics Ltd", "Brightquay Logistics Limited"),
        ("Zenvora Tech Co., Ltd.", "ZENVORA TECHNOLOGIES COMPANY LIMITED"),
        ("ООО Зенвора", "OOO Zenvora"),
        ("Zеnvоrа", "Zenvora"),
        ("Zen\u200bvora\u202e", "Zenvora"),
        (
            "Zenvora 14th Institute",
            "Zenvora Institute 14".replace("Institute 14", "No. 14 Institute").replace("No. ", ""),
        ),
        ("Zenvora Intrenational", "Zenvora International"),
        ("Zenvora Sp. z o.o.", "Zenvora"),
        ("Công ty TNHH Zenvora", "Zenvora"),
        ("浪花电子有限公司", "浪花电子股份有限公司"),
    ],
)
def test_spellings_of_one_name_have_one_core(one: str, other: str) -> None:
    assert parse_name(one).core == parse_name(other).core


@pytest.mark.parametrize(("name", "numbers"), [("Venus A Limited", {"a"}), ("Venus 7", {"7"}), ("Fund III", {"3"})])
def test_numbers_tell_sisters_apart(name: str, numbers: set[str]) -> None:
    assert parse_name(name).numbers == numbers


def test_a_name_of_two_letters_keeps_them() -> None:
    assert parse_name("LL Electronic Limited").tokens == ("ll", "electronic")


def test_trade_words_weigh_little_and_invented_ones_much() -> None:
    assert weigh("trading") < 0.2 < weigh("phoenix") < weigh("zenvora") == 1
    assert is_rare("zenvora")
    assert not is_rare("technology")


def test_a_legal_form_says_the_country() -> None:
    assert parse_name("Acme Sdn Bhd").countries == {"MY"}
    assert parse_name("Acme Pte Ltd").countries == {"SG"}
    assert parse_name("Acme Ltd").countries == frozenset()


def test_names_inside_a_name_are_found() -> None:
    assert spellings("Zenvora Ltd (a.k.a. Kestrelle)") == ("Zenvora Ltd", "Kestrelle")
    assert spellings("Baka Ltd") == ("Baka Ltd",)


def test_a_name_of_ten_thousand_letters_is_cut() -> None:
    assert len(fold("x" * 10_000)) == 400


def test_contacts_are_reduced_to_what_identifies() -> None:
    assert phone_key("+852 2345-6789 ext. 12") == phone_key("(852) 23456789")
    assert phone_key("000000000") is None
    assert email_key("Sales <Info@Zenvora.Example>") == "info@zenvora.example"
    assert domain_key("info@zenvora.example") == domain_key("https://www.zenvora.example/about") == "zenvora.example"
    assert domain_key("someone@gmail.com") is None


def test_a_dotted_legal_form_reads_the_same_without_its_last_dot() -> None:
    for form in ("S.A. de C.V.", "S.A.", "B.V.", "S.p.A."):
        assert fold(f"Quorvane {form}") == fold(f"Quorvane {form[:-1]}")
    assert fold("release 3.5") == "release 3 5"


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("青嵐(北京)電子信息產業有限公司", "青岚（北京）电子信息产业有限公司"),
        ("遠帆國際貿易有限公司", "远帆国际贸易有限公司"),
    ],
)
def test_traditional_and_simplified_characters_are_one_spelling(traditional: str, simplified: str) -> None:
    assert parse_name(traditional).core == parse_name(simplified).core
