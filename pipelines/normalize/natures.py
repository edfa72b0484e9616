"""Natures of control, as the UK register codes them: the interest each names and the share its law words."""

from __future__ import annotations

import re

KINDS = (
    ("ownership-of-shares", "shareholding"),
    ("voting-rights", "votingRights"),
    ("right-to-share-surplus-assets", "rightsToSurplusAssetsOnDissolution"),
    ("part-right-to-share-surplus-assets", "rightsToSurplusAssetsOnDissolution"),
    ("right-to-appoint-and-remove", "appointmentOfBoard"),
    ("significant-influence-or-control", "otherInfluenceOrControl"),
    ("registered-owner-as-nominee", "nominee"),
)
"""Beginnings of codes and the BODS interest type each is."""

BANDS = {
    "25-to-50": (25.0, 50.0, True, False),
    "50-to-75": (50.0, 75.0, True, True),
    "75-to-100": (75.0, 100.0, False, False),
    "more-than-25": (25.0, 100.0, True, False),
}
"""Least, most, and whether each end is excluded: the law says "more than 25 % but not more than 50 %", "more than
50 % but less than 75 %", "75 % or more", and of overseas entities "more than 25 %"."""

BAND = re.compile(r"-(25-to-50|50-to-75|75-to-100|more-than-25)-percent")
THROUGH = re.compile(r"-as-(?:trust|firm|control-over-)")
"""Held through a trust or firm whose trustees or members each report the same holding."""


def nature_of(code: str) -> dict[str, object]:
    """Read a nature of control as an interest; a code nobody knows is an unknown interest, kept in its words.

    >>> nature_of("voting-rights-50-to-75-percent-as-trust")["interest"]
    'votingRights'
    """
    kind = next((kind for stem, kind in KINDS if code.startswith(stem)), "unknownInterest")
    found = BAND.search(code)
    least, most, above, below = BANDS[found[1]] if found else (None, None, None, None)
    return {
        "interest": kind,
        "share_min": least,
        "share_max": most,
        "share_min_open": above,
        "share_max_open": below,
        "directness": "indirect" if THROUGH.search(code) else None,
        "details": code,
    }
