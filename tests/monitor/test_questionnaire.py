"""What an alert asks its reviewer."""

from __future__ import annotations

from monitor.alert import KINDS
from monitor.questionnaire import questions
from monitor.red_flags import FLAGS
from pipelines.configuration import config_toml


def test_a_diversion_asks_where_the_units_are() -> None:
    assert "LOCATION" in {each["id"] for each in questions("diversion", [])}


def test_a_flag_that_could_not_be_judged_asks_for_what_was_missing() -> None:
    assert {each["id"] for each in questions("identity", ["owned_half_by_listed"])} == {"OWNERS", "BUSINESS"}


def test_questions_name_only_kinds_and_flags_there_are() -> None:
    for each in config_toml("questionnaire.toml")["question"]:
        assert set(each.get("kinds", ())) <= set(KINDS)
        assert set(each.get("flags", ())) <= {flag.id for flag in FLAGS}
