"""The journal: what has been raised, told and decided; alerts' life, the outbox, the chain of events, leases."""

from monitor.journal.journal import Journal
from monitor.journal.life import DISPOSITIONS
from monitor.journal.outbox import Delivery
from monitor.journal.raising import RaiseReport

__all__ = ["Journal", "RaiseReport", "Delivery", "DISPOSITIONS"]
