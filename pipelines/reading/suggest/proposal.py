"""Choose, for each column of a table, the headings that most likely mean it, and say by what and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.reading.suggest.headings import Guess, guesses, words_of
from pipelines.reading.suggest.profile import MOST, Profile
from pipelines.tables import FILES

TABLES = ("shipments", "payments", "parties", "ownership", "orders", "service", "stock", "sites")
SEVERAL = ("item", "value", "amount", "shipper_name", "consignee_name", "shipper_address", "consignee_address")
"""Columns for which further headings stand in where the first is empty."""

MOST_WAYS = 3
UNSURE = 0.66
"""Certainty of a heading below which a choice is unsure."""

STAND_INS = {
    "id": ("filing_number", "bill_of_lading", "invoice_number"),
    "shipped_on": ("arrived_on", "ordered_on"),
    "item": ("hs_code",),
    "shipper_name": ("shipper_id",),
    "consignee_name": ("consignee_id",),
}
"""Columns whose heading may stand for a required one that has none."""


@dataclass
class Choice:
    """What is proposed for one column: headings in order, why, and whether that is unsure."""

    column: str
    ways: list[Guess]
    why: str = ""
    unsure: bool = False


@dataclass
class Proposal:
    """What is proposed for a table."""

    table: str
    choices: dict[str, Choice] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def required(self) -> list[str]:
        return [column.name for column in FILES[self.table].columns if column.required]

    @property
    def missing(self) -> list[str]:
        """Required columns nothing is proposed for."""
        return [name for name in self.required if name not in self.choices]

    @property
    def used(self) -> set[str]:
        return {way.heading for choice in self.choices.values() for way in choice.ways}

    @property
    def weight(self) -> float:
        """How well the headings fit the table."""
        sure = [name for name, choice in self.choices.items() if not choice.unsure]
        return sum(1.0 for name in self.required if name in sure) / len(self.required) + 0.02 * len(sure)


def propose(
    headings: Sequence[str], profiles: Mapping[str, Profile], table: str | None = None, *, numbered: bool = False
) -> Proposal:
    """Choose columns for the table the headings fit best; `numbered` where lines of a record have numbers anyway."""
    made = [_by_headings(headings, profiles, each) for each in ([table] if table else TABLES)]
    best = max(made, key=lambda each: each.weight)
    if best.weight < 0.3 and not table:
        best = next(each for each in made if each.table == "shipments")
    _stand_in(best)
    if best.table == "shipments":
        _by_values(best, headings)
    _by_partner(best, headings)
    if not numbered and "line" not in best.choices:
        _refuse_repeated_ids(best)
    return best


def _refuse_repeated_ids(made: Proposal) -> None:
    """An id that repeats where nothing numbers lines would make versions of one record of different ones."""
    chosen = made.choices.get("id")
    if chosen is None:
        return
    heading = chosen.ways[0].heading
    if not made.profiles[heading].is_unique:
        del made.choices["id"]
        made.notes.append(f"unsure: {heading!r} repeats and nothing numbers lines: all that a record holds names it")


def _by_headings(headings: Sequence[str], profiles: Mapping[str, Profile], table: str) -> Proposal:
    found: dict[str, list[Guess]] = {}
    for heading in headings:
        fitting = [each for each in guesses(heading, table) if fits(each.column, table, profiles[heading])]
        if fitting:
            found.setdefault(fitting[0].column, []).append(fitting[0])
    made = Proposal(table, profiles=profiles, notes=_contradicted(headings, profiles, table))
    for column, ways in found.items():
        best = sorted(ways, key=lambda each: -each.score)
        wanted = _values(best) if column in ("value", "amount") else best[: MOST_WAYS if column in SEVERAL else 1]
        made.choices[column] = Choice(column, wanted, "heading", unsure=wanted[0].score < UNSURE)
    return made


def _contradicted(headings: Sequence[str], profiles: Mapping[str, Profile], table: str) -> list[str]:
    """Tell which headings mean a column by their words and cannot by their values."""
    told = []
    for heading in headings:
        found = guesses(heading, table)
        if found and not any(fits(each.column, table, profiles[heading]) for each in found):
            column, shown = found[0].column, profiles[heading].example()
            told.append(f"unsure: {column} by the heading {heading!r}, but values such as {shown!r} do not fit")
    return told


def _values(ways: list[Guess]) -> list[Guess]:
    """Amounts in dollars first, then in the currency of the contract, then in others; one of each."""
    order = sorted(ways, key=lambda each: (each.currency != "USD", not each.foreign, -each.score))
    kinds: dict[object, Guess] = {}
    for each in order:
        kinds.setdefault(each.currency or ("foreign" if each.foreign else "plain"), each)
    return list(kinds.values())[:MOST_WAYS]


def fits(column: str, table: str, profile: Profile) -> bool:
    """Whether the values of a column can be what its heading says; no values contradict nothing."""
    if profile.is_empty:
        return True
    kind = next((each.kind for each in FILES[table].columns if each.name == column), "int")
    if kind == "date":
        return profile.is_date
    if kind in ("number", "int"):
        return profile.numbers >= MOST
    if kind == "country":
        return profile.countries >= 0.5
    if column == "currency":
        return profile.currencies >= 0.5
    if column == "hs_code":
        return profile.hs_codes >= 0.5 or profile.numbers >= MOST
    if column in ("unit", "item") or column.endswith("_name"):
        return column == "item" or profile.numbers < MOST or profile.units >= 0.5
    return True


def _stand_in(made: Proposal) -> None:
    """Let a related column stand for a required one that has no heading."""
    for column, others in STAND_INS.items():
        there = next((each for each in others if each in made.choices), None)
        if column in made.missing and there:
            ways = made.choices[there].ways
            made.choices[column] = Choice(column, ways, f"{there} stands for it", unsure=True)
    if "quantity" in made.missing and "weight_kg" in made.choices:
        made.choices["quantity"] = Choice(
            "quantity", made.choices["weight_kg"].ways, "no count: the weight", unsure=True
        )


def _by_values(made: Proposal, headings: Sequence[str]) -> None:
    """Look at the values for what no heading names; all of that is unsure."""
    unnamed = [each for each in headings if each not in made.used and not guesses(each, made.table)]
    free = [made.profiles[each] for each in unnamed if not made.profiles[each].is_empty]
    companies = [each for each in free if each.companies >= 0.3]
    _take(made, "shipper_name", companies)
    _take(made, "consignee_name", companies)
    _take(made, "shipped_on", [each for each in free if each.is_date])
    _take(made, "hs_code", [each for each in free if each.hs_codes >= MOST])
    _take(made, "currency", [each for each in free if each.currencies >= MOST and each.countries < 0.5])
    _take(made, "unit", [each for each in free if each.units >= MOST])
    places = [each for each in free if each.countries >= MOST]
    if len(places) > 1:
        _take(made, "origin_country", places)
    _take(made, "destination_country", places)
    _take(made, "id", [each for each in free if each.is_unique and not each.is_date and each.length >= 2][:1])
    _take(made, "quantity", [each for each in free if each.wholes >= MOST and each.length < 6])
    _take(made, "value", [each for each in free if each.numbers >= MOST and not each.is_date and each.length >= 3])
    texts = [each for each in free if each.numbers < 0.5 and not each.is_date and each.length >= 6]
    _take(made, "item", sorted((each for each in texts if each not in companies), key=lambda each: -each.length))


def _take(made: Proposal, column: str, profiles: Sequence[Profile]) -> None:
    if column in made.choices:
        return
    free = next((each for each in profiles if each.heading not in made.used), None)
    if free is not None:
        made.choices[column] = Choice(column, [Guess(free.heading, column, 0.4)], "values", unsure=True)


def direction(headings: Sequence[str], name: str = "") -> str | None:
    """Say whether a layout is of imports or of exports, by its file's name or its headings."""
    named = {"import", "imports"} & set(words_of(name)), {"export", "exports"} & set(words_of(name))
    if any(named) and not all(named):
        return "import" if named[0] else "export"
    words = [words_of(each) for each in headings]
    for way in ("import", "export"):
        if any(each[0] in (way, way[:3]) and each[1] in ("date", "id") for each in words if len(each) > 1):
            return way
    parties = {each[0] for each in words if len(each) == 1 or each[1:2] in (("name",), ("address",))}
    if ("importer" in parties) != ("exporter" in parties):
        return "import" if "importer" in parties else "export"
    return None


PARTNER = (
    ("country",),
    ("trading", "country"),
    ("country", "iso", "code", "2"),
    ("country", "name"),
    ("country", "code"),
)


def _by_partner(made: Proposal, headings: Sequence[str]) -> None:
    """A bare country is the partner's: where an import came from, where an export goes."""
    way = direction(headings)
    if made.table != "shipments" or way is None:
        return
    column = "origin_country" if way == "import" else "destination_country"
    bare = [each for each in headings if tuple(words_of(each)[:4]) in PARTNER and each not in made.used]
    bare.sort(key=lambda each: PARTNER.index(tuple(words_of(each)[:4])))
    if bare and column not in made.choices and fits(column, "shipments", made.profiles[bare[0]]):
        made.choices[column] = Choice(column, [Guess(bare[0], column, 0.5)], f"the partner of an {way}", unsure=True)
