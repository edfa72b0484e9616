"""Lists the user marked confidential are named on this machine and in no message that leaves it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channel import Channel
from monitor.channels import mail
from monitor.confidential import ENTRY, LIST, MARK, withheld
from monitor.journal import Delivery, Journal, outbox
from monitor.run import run
from monitor.settings import MailSetting, read_settings
from tests.cases import MAKER, MINE, NOW, Case, wordsmith, workspace, write_cases, write_rows
from tests.monitor.receivers import alert

Told = tuple[list[dict[str, Any]], list[Delivery]]

MARKERS = ("murkwell", "quellstone", "vantorby", "ossuline", "brindlecote", "grevelock", "hollinspur")
"""One word each in the list's name, an entry's name, an alias, the citation, the scope, an address and the source."""

CHANNELS = """
[[channel]]
type = "mail"
name = "mail"
host = "127.0.0.1"
port = 9
security = "none"
from = "a@example.org"
to = ["b@example.org"]

[[channel]]
type = "webhook"
name = "hook"
url = "http://127.0.0.1:9/"
secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

[[source]]
id = "hollinspur"
path = "private.csv"
table = "listings"
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The alerts of a world with confidential entries, and every message about them, a digest among them."""
    folder = tmp_path_factory.mktemp("confidential")
    config = workspace(folder)
    config.write_text(config.read_text() + CHANNELS)
    write_cases(folder / "inbox", [world()])
    write_rows(folder / "private.csv", list(entries()))
    run(read_settings(config), now=NOW)
    journal = Journal(read_settings(config).journal.url)
    again = [{**each, "title": f"{each['title']} again"} for each in journal.alerts()]
    anew = [{**each, "id": f"{each['id']}/2"} for each in again]
    told = read_settings(config).channel_names()
    journal.raise_all([*again[1:], *anew], run=2, now=NOW + dt.timedelta(days=1), channels=told)
    messages = journal.due(NOW + dt.timedelta(days=99))
    while due := journal.due(NOW + dt.timedelta(days=99)):
        messages += [each for each in due if each not in messages]
        for each in due:
            journal.failed(each.id, "read", None)
    return journal.alerts(), messages


def world() -> Case:
    case = Case("c", wordsmith())
    buyer = case.company("MY", name="Pellworth Cloud Sdn Bhd")
    letter = case.company("MY", name="Dunmarrow Systems Sdn Bhd")
    near = case.company("TH", name="Corriden Brask Trading Co Ltd")
    housed = case.company("HK", name="Ferrowick Ltd", address="Unit 7, 9/F, 21 Sallow Road, Hong Kong")
    partner = case.company("MY", name="Kestavik Works Sdn Bhd", address="12 Tamsinfield Lane, Penang, Malaysia")
    for number, party in enumerate((buyer, letter, near, housed, partner)):
        case.ship(f"S{number}", "2026-03-02", MAKER, MINE)
        case.ship(f"T{number}", "2026-09-12", MINE, party, quantity=4)
        case.ship(f"U{number}", "2026-10-12", party, letter, quantity=4, item="computer parts")
    case.listed("Pellworth Cloud Sdn Bhd", "Malaysia")
    return case


def entries() -> Iterator[dict[str, Any]]:
    shared = {
        "list": "Operation Murkwell", "citation": "letter Ossuline 7", "scope": "all Brindlecote items",
        "confidential": "yes",
    }  # fmt: skip
    yield {**shared, "name": "Quellstone Holdings", "aliases": "Dunmarrow Systems;Vantorby", "country": "MY",
           "letter_type": "is_informed", "published_on": "2024-01-02"}  # fmt: skip
    yield {**shared, "name": "Quellstone Pellworth", "aliases": "Pellworth Cloud Sdn Bhd", "country": "MY"}
    yield {**shared, "name": "Corriden Brasks Quellstone", "aliases": "Corriden Brasko Trading", "country": "TH"}
    yield {**shared, "name": "", "addresses": "Unit 7, 9/F, 21 Sallow Road, Hong Kong (Grevelock)", "country": "HK",
           "letter_type": "is_informed"}  # fmt: skip
    yield {**shared, "name": "Vantorby Quellstone", "addresses": "12 Tamsinfield Lane, Penang, Malaysia",
           "country": "MY", "letter_type": "supplier_list"}  # fmt: skip
    yield {**shared, "name": "Kestavik Works Sdn Bhd", "country": "MY", "letter_type": "red_flag"}


def payloads(message: Delivery, **said: Any) -> str:
    """All that leaves the machine with one message: the webhook's body, the mail's subject and both its texts."""
    setting = MailSetting.model_validate(
        {"type": "mail", "host": "h", "from": "a@example.org", "to": ["b@example.org"], **said}
    )
    channel = Channel("any", lambda _: None, setting.detail, confidential=setting.confidential)
    cut = channel.cut(message)
    composed = mail.compose(setting, cut)
    parts = [part.get_content() for part in composed.walk() if not part.is_multipart()]
    return "\n".join([json.dumps(cut.body, ensure_ascii=False), str(composed["Subject"]), *parts])


def test_the_world_has_the_marks_it_is_to_hide(told: Told) -> None:
    alerts, messages = told
    here = json.dumps(alerts).lower()
    assert [word for word in ("murkwell", "quellstone", "ossuline", "hollinspur") if word not in here] == []
    assert {each.event for each in messages} >= {"alert.digest", "alert.raised", "alert.updated", "alert.withdrawn"}
    assert all(MARK in each for each in alerts if "murkwell" in json.dumps(each).lower())


@pytest.mark.parametrize("detail", ["full", "brief"])
def test_no_message_names_a_confidential_list(told: Told, detail: str) -> None:
    for message in told[1]:
        said = payloads(message, detail=detail).lower()
        assert [word for word in MARKERS if word in said] == []


def test_messages_say_that_it_is_a_confidential_list(told: Told) -> None:
    assert any(LIST in payloads(message) for message in told[1])
    assert any(f"matches {ENTRY}" in payloads(message) for message in told[1])


def test_a_channel_that_may_name_them_does(told: Told) -> None:
    assert any("Murkwell" in payloads(message, confidential=True) for message in told[1])


def test_parties_and_records_stay_as_the_user_wrote_them(told: Told) -> None:
    for one in told[0]:
        out = withheld(one)
        assert out["party"] == one["party"]
        assert _records(out) == _records(one)
        assert [(each["flag"], each["severity"]) for each in out["findings"]] == [
            (each["flag"], each["severity"]) for each in one["findings"]
        ]


def _records(of: dict[str, Any]) -> list[str]:
    return [leg["record"] for path in of["paths"] for leg in path["legs"]]


words = st.text("abcXYZ éü北京.(-", min_size=4, max_size=14).filter(
    lambda text: any(map(str.isalpha, text)) and text == " ".join(text.split())
)


@given(of=words, entry=words, before=words, name=words)
@settings(max_examples=150, deadline=None)
def test_whatever_a_list_and_its_entry_are_called_they_are_withheld(
    of: str, entry: str, before: str, name: str
) -> None:
    secret, title = f"Q{of}zq", f"Q{entry}zw"
    text = f"{before}, consignee on 2024-05-02, matches {title} on list {secret}; {secret.upper()} ({title})"
    one = {
        "party": {"id": "p", "name": name}, "summary": text, "findings": [{"reason": text}],
        "paths": [{"end": {"restricted_because": [{"list": secret, "entry": title, "citation": "x"}]}}],
        MARK: {"lists": [secret], "entries": [title], "sources": []},
    }  # fmt: skip
    said = json.dumps(withheld(one), ensure_ascii=False).lower()
    assert secret.lower() not in said
    assert title.lower() not in said


def test_an_entry_named_like_the_users_own_party_is_withheld_beside_its_list() -> None:
    one = {
        "party": {"id": "p", "name": "Acme Ltd"},
        "findings": [{"reason": "Acme Ltd, consignee on 2024-05-02, matches Acme Ltd on list Blue."}],
        "not_evaluable": [{"flag": "party_is_listed", "because": "resembles Acme Ltd (Blue)"}],
        MARK: {"lists": ["Blue"], "entries": ["Acme Ltd"], "sources": []},
    }  # fmt: skip
    out = withheld(one)
    assert out["findings"][0]["reason"] == f"Acme Ltd, consignee on 2024-05-02, matches {ENTRY}."
    assert out["not_evaluable"][0]["because"] == f"resembles {ENTRY}"
    assert out["party"]["name"] == "Acme Ltd"
    assert MARK not in out


def test_a_digest_too_long_to_tell_all_in_full_still_knows_what_to_withhold(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_CHARACTERS", 1)
    mark = {"lists": ["Blue"], "entries": [], "sources": []}
    for_all = [alert(name, title="Acme is on list Blue", **{MARK: mark}) for name in ("a-1", "a-2")]
    journal.raise_all(for_all, run=1, now=NOW, channels=["hook"], deliver_from=NOW.date())
    (message,) = journal.due(NOW)
    assert message.event == "alert.digest"
    assert "Blue" not in payloads(message)


def test_an_alert_without_confidential_texts_stays_as_it_is() -> None:
    one = {"party": {"id": "p", "name": "Acme"}, "summary": "nothing", "snapshot": {"lists": {"el": "2026-01-01"}}}
    assert withheld(one) == one
