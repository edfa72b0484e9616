"""Write a proposal as a mapping, with the evidence and what is unsure beside each line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pipelines.normalize.numbers import evidence
from pipelines.normalize.units import unit_words
from pipelines.reading.suggest.headings import Guess, words_of
from pipelines.reading.suggest.profile import Profile
from pipelines.reading.suggest.proposal import Choice, Proposal, direction
from pipelines.tables import FILES

MONTHLY = ["%b %Y", "%b-%y", "%Y-%m", "%m/%Y"]
SHOWN = 12


def written(made: Proposal, name: str, rows: int, *, header_row: int = 1, lines: str | None = None) -> str:
    """Write the TOML: a mapping that holds as it stands, to be checked by somebody who knows the layout."""
    looked = f" and the first {rows:,} rows" if rows else ", without rows to look at,"
    seen = f"{len(made.profiles)} headings{looked}"
    head = [
        f"# Proposed from {seen} of {_one_line(name)}. Check it, above all what says unsure.",
        f"table = {quoted(made.table)}",
        *([f"header_row = {header_row}"] if header_row > 1 else []),
        *([f"rows = {quoted(lines)}  # a list: a line for every entry of it"] if lines else []),
        *_signs(made),
        *(f"# {_one_line(each)}" for each in made.notes),
    ]
    body = ["", "[columns]", *(line for name in _order(made) for line in _lines(made, made.choices[name]))]
    return "\n".join([*head, *body, *_absent(made), *_constants(made, name), *_unused(made), ""])


def quoted(text: str) -> str:
    """Write a text as TOML does."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:300]


def _order(made: Proposal) -> list[str]:
    beside = {"unit", "currency"} if made.table == "shipments" else {"currency"}
    taken = {each for each in beside if each in made.choices and _is_beside(made, each)}
    return [name for name in (*FILES[made.table].schema, "line") if name in made.choices and name not in taken]


def _is_beside(made: Proposal, column: str) -> bool:
    """Whether a unit or currency is named beside the number it goes with."""
    return ("quantity" if column == "unit" else _money(made)) in made.choices


def _money(made: Proposal) -> str:
    return "amount" if made.table == "payments" else "value"


def _signs(made: Proposal) -> list[str]:
    kinds = {column.name: column.kind for column in FILES[made.table].columns}
    numbers = [way.heading for name, each in made.choices.items() if kinds.get(name) == "number" for way in each.ways]
    found = evidence([made.profiles[each].texts for each in dict.fromkeys(numbers)])
    if found.sign == "comma" or (found.sign == "unknown" and found.hints and not found.pointed):
        return ["decimal_comma = true  # by values such as " + _example(made, numbers, ",")]
    if found.commaed and found.sign == "unknown":
        shown = _example(made, numbers, ",")
        return [f"# unsure: {shown} could be thousands or decimals: set decimal_comma = false or true"]
    if found.sign == "either":
        return ["# unsure: numbers have decimal points and commas: set decimal_comma for each column in its braces"]
    return []


def _example(made: Proposal, headings: Sequence[str], sign: str) -> str:
    texts = (text for each in headings for text in made.profiles[each].texts.to_list() if sign in text)
    return _one_line(next(texts, ""))[:40]


def _lines(made: Proposal, choice: Choice) -> list[str]:
    """One line of [columns], and what is to be decided about it."""
    cells = [_cell(made, choice.column, way) for way in choice.ways]
    said = cells[0] if len(cells) == 1 else f"[{', '.join(cells)}]"
    notes = [("unsure: " if choice.unsure else "") + _why(made, choice)]
    told = [f"#   {each}" for way in choice.ways for each in _doubts(made, choice.column, way)]
    return [f"{choice.column} = {said}  # {'; '.join(notes)}", *told]


def _why(made: Proposal, choice: Choice) -> str:
    profile = made.profiles[choice.ways[0].heading]
    shown = f", as {quoted(_one_line(profile.example()))}" if not profile.is_empty else ""
    unique = ", every value another" if choice.column == "id" and not profile.is_empty and profile.is_unique else ""
    return f"by {choice.why}{shown}{unique}" if choice.why in ("heading", "values") else f"{choice.why}{shown}"


def _cell(made: Proposal, column: str, way: Guess) -> str:
    braces = _braces(made, column, way)
    if not braces:
        return quoted(way.heading)
    inner = ", ".join(f"{key} = {value}" for key, value in {"column": quoted(way.heading), **braces}.items())
    return f"{{ {inner} }}"


def _braces(made: Proposal, column: str, way: Guess) -> dict[str, str]:
    kind = next((each.kind for each in FILES[made.table].columns if each.name == column), "text")
    profile = made.profiles[way.heading]
    if kind == "date":
        formats = _formats(way.heading, profile)
        return (
            {"date": f"[{', '.join(map(quoted, formats))}]" if len(formats) > 1 else quoted(formats[0])}
            if formats
            else {}
        )
    if column == _money(made):
        return _currency(made, way)
    if column == "quantity":
        return _unit(made, way)
    if column == "weight_kg":
        return _weight(made, way)
    return {}


def _formats(heading: str, profile: Profile) -> list[str]:
    """The format to declare: the only one that fits, none where there are two readings."""
    if profile.is_empty:
        words = "".join(words_of(heading))
        return MONTHLY if words in ("monthyear", "yearmonth", "month") else []
    found = profile.formats
    return [] if not found or found[0] == "" or _is_doubtful(profile) else [found[0]]


def _is_doubtful(profile: Profile) -> bool:
    """Whether day and month could be exchanged in every value, with different days."""
    exchanged = {form.replace("%d", "%#").replace("%m", "%d").replace("%#", "%m") for form in profile.formats}
    return any("%d" in form and "%m" in form and form in exchanged for form in profile.formats)


def _currency(made: Proposal, way: Guess) -> dict[str, str]:
    column = made.choices.get("currency")
    if way.currency:
        return {"currency": quoted(way.currency)}
    return {"currency_column": quoted(column.ways[0].heading)} if column else {}


def _unit(made: Proposal, way: Guess) -> dict[str, str]:
    column = made.choices.get("unit")
    if way.column == "weight_kg":
        return {"unit": quoted(way.weight or "kg")}
    return {"unit_column": quoted(column.ways[0].heading)} if column else {}


def _weight(made: Proposal, way: Guess) -> dict[str, str]:
    beside = next((each for each in made.profiles if words_of(each) in (("weight", "unit"), ("unit", "weight"))), None)
    if beside and not way.weight:
        return {"unit_column": quoted(beside), "unit": quoted("kg")}
    return {"unit": quoted(way.weight)} if way.weight and way.weight != "kg" else {}


def _doubts(made: Proposal, column: str, way: Guess) -> list[str]:
    profile = made.profiles[way.heading]
    kind = next((each.kind for each in FILES[made.table].columns if each.name == column), "text")
    if kind == "date":
        return _date_doubts(profile)
    if column == _money(made) and not way.currency and "currency" not in made.choices:
        return ['unsure: no currency is named; USD unless you say currency = "…" in the braces']
    if column == "quantity" and "unit" in made.choices:
        return _unit_doubts(made.profiles[made.choices["unit"].ways[0].heading])
    return []


def _date_doubts(profile: Profile) -> list[str]:
    if profile.is_empty:
        return ['unsure: no values to see how dates are written; ISO 8601 is read, else say date = "%d/%m/%Y"']
    if not profile.formats:
        return ['unsure: no one format reads every value; say date = ["…", "…"] in braces']
    if _is_doubtful(profile):
        both = " or ".join(f"date = {quoted(form)}" for form in profile.formats[:2])
        return [f"unsure: day and month could be exchanged in every value; say {both}; until then no row is used"]
    if profile.shifted_midnight:
        return [f'unsure: all times are {profile.shifted_midnight} in UTC, midnight elsewhere: say timezone = "…"']
    if not any(each in profile.formats[0] for each in ("%d", "excel")) and profile.formats[0]:
        return ["a month only: the first of it is taken"]
    return []


def _unit_doubts(profile: Profile) -> list[str]:
    known = unit_words()
    strange = [
        each for each in profile.texts.unique(maintain_order=True).to_list() if each.casefold().strip(" .") not in known
    ]
    if not strange:
        return []
    shown = ", ".join(quoted(_one_line(each)[:20]) for each in strange[:SHOWN])
    return [f"unsure: units we do not know, to be translated in [units]: {shown}"]


def _absent(made: Proposal) -> list[str]:
    lines = []
    if "id" in made.missing:
        lines.append('id = { hash = ["*"] }  # unsure: no heading names records: what each holds names it')
    lines += [
        f'# {each} is required and nothing looks like it: {each} = "HEADING"' for each in made.missing if each != "id"
    ]
    return lines


def _constants(made: Proposal, name: str) -> list[str]:
    way = direction(list(made.profiles), name) if made.table == "shipments" else None
    if way is None or "kind" in made.choices:
        return []
    home = "destination_country" if way == "import" else "origin_country"
    open_line = [f'#{home} = "…"  # the country whose customs this is'] if home not in made.choices else []
    return ["", "[constants]", f"kind = {quoted(way)}  # by headings and name", *open_line]


def _unused(made: Proposal) -> list[str]:
    beside = {way.heading for each in made.choices.values() for way in each.ways}
    left = [_one_line(each) for each in made.profiles if each not in beside]
    return ["", f"# Not used: {', '.join(left)}"] if left else []


def columns_of(made: Proposal) -> Mapping[str, list[str]]:
    """The headings proposed for each column."""
    return {name: [way.heading for way in choice.ways] for name, choice in made.choices.items()}
