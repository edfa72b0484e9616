"""Addresses compared, down to the unit."""

from __future__ import annotations

from rigour._core import raw_levenshtein

from pipelines.normalize.address import Address, fold_address, parse_address

__all__ = ["address_key", "fold_address", "parse_address", "same_house", "same_unit", "same_unit_parsed"]


def same_unit(first: str, second: str) -> tuple[bool, str]:
    """Say whether two addresses are the same unit, and what was compared.

    Unit, floor, house number and the name of street or building must not disagree; in a building of many tenants the
    unit must be stated on both sides. Districts and the order of parts do not matter.
    """
    return same_unit_parsed(parse_address(first), parse_address(second))


def same_unit_parsed(first: Address, second: Address) -> tuple[bool, str]:
    """Compare two addresses already taken apart."""
    house, where = _same_house(first, second)
    if not house:
        return False, where
    unit, what = _same_unit(first, second)
    return unit, f"{where}, {what}"


def same_house(first: str, second: str) -> bool:
    """Say whether two addresses are in the same house or building."""
    return _same_house(parse_address(first), parse_address(second))[0]


def _same_house(first: Address, second: Address) -> tuple[bool, str]:
    if _disjoint({place[:2] for place in first.places}, {place[:2] for place in second.places}):
        return False, "different cities"
    if first.numbers and second.numbers and not _overlap(first.numbers, second.numbers):
        return False, f"house numbers {first.numbers[0]} and {second.numbers[0]} differ"
    numbered = first.numbers and second.numbers
    unnumbered = not first.numbers and not second.numbers and min(len(first.street), len(second.street)) >= 8
    if (numbered or (unnumbered and first.units)) and _alike(first.street, second.street):
        house = first.numbers[0] if first.numbers else "no number,"
        return _same_city(first, second), f"same house: {house} {first.street}"
    shared = _shared_building(first, second)
    if shared and not (first.street and second.street and not _alike(first.street, second.street)):
        return _same_city(first, second), f"same building: {shared}"
    return False, "neither the same house number and street nor the same building"


def _same_city(first: Address, second: Address) -> bool:
    return not _disjoint(first.places - {"HK:kowloon"}, second.places - {"HK:kowloon"})


def _disjoint(first: set[str] | frozenset[str], second: set[str] | frozenset[str]) -> bool:
    return bool(first) and bool(second) and not set(first) & set(second)


def _overlap(first: tuple[int, int], second: tuple[int, int]) -> bool:
    return first[0] <= second[1] and second[0] <= first[1]


def _alike(first: str, second: str) -> bool:
    """Compare two names written without spaces: equal, the end of the other, or one letter apart when long."""
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    if first == second or (len(shorter) >= 5 and longer.endswith(shorter)):
        return True
    return len(shorter) >= 6 and raw_levenshtein(first, second) <= 1


def _shared_building(first: Address, second: Address) -> str:
    for mine, other in ((first, second), (second, first)):
        for building in sorted(mine.buildings, key=len, reverse=True):
            if len(building) >= 4 and building in other.squeezed:
                return building
    return ""


def _same_unit(first: Address, second: Address) -> tuple[bool, str]:
    if _disjoint(first.blocks, second.blocks):
        return False, "another block"
    if first.units and second.units:
        shared = first.units & second.units
        return bool(
            shared
        ), f"same unit {min(shared)}" if shared else f"units {min(first.units)} and {min(second.units)} differ"
    if first.units or second.units:
        return False, "only one names the unit"
    if first.floor or second.floor:
        return (
            first.floor == second.floor,
            "same floor" if first.floor == second.floor else "floors differ or only one is stated",
        )
    many_tenants = bool(first.buildings or second.buildings) and not (first.blocks & second.blocks)
    return not many_tenants, "a building of many tenants, no unit stated" if many_tenants else "no unit, one house"


def address_key(text: str | None, country: str | None) -> str | None:
    """Write the key two spellings of one address share; null when too little is stated to tell units apart."""
    if not text:
        return None
    address = parse_address(text)
    if address.street and (address.numbers or (len(address.street) >= 8 and address.units)):
        where = f"{address.numbers[0] if address.numbers else ''} {address.street}"
    elif address.buildings and address.units:
        where = max(sorted(address.buildings), key=len)
    else:
        return None
    unit = min(address.units) if address.units else f"{address.floor}f" if address.floor else ""
    if not unit and address.buildings and not address.blocks:
        return None
    block = "/".join(sorted(address.blocks))
    return "|".join(filter(None, (_country_of(address, country), where, block, unit)))


def _country_of(address: Address, country: str | None) -> str:
    named = sorted(place[:2] for place in address.places)
    return "HK" if "HK" in named else country or (named[0] if named else "")
