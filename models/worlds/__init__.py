"""Made-up worlds with planted diversion schemes, written as the raw files a user would have.

All companies, people, sites and list entries are fictional. The same seed makes the same world.
"""

from __future__ import annotations

from models.worlds.background import background
from models.worlds.ledger import Ledger, World
from models.worlds.lookalikes import LOOKALIKES
from models.worlds.schemes import SCHEMES

__all__ = ["World", "make"]

USER = "Meridian Vale Compute Inc"


def make(seed: int = 7, *, shipments: int = 4000) -> World:
    """Make a world of about so many shipments: ordinary trade, every scheme, and look-alikes beside each."""
    ledger = Ledger(seed, user=USER)
    for scheme in SCHEMES:
        scheme(ledger)
    for lookalike in LOOKALIKES:
        lookalike(ledger)
    background(ledger, shipments - len(ledger.rows["shipments"]))
    return ledger.world()
