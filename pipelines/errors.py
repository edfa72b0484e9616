"""What can go wrong, as a tree.

EntrepotError
├── InputError        a file, a mapping or a setting the user can mend
│   └── WrongUse      an argument or option of a command that means nothing here
├── SourceFailed      a source could not be read; the others go on
├── Unusable          one record cannot be used; it is quarantined and the others go on
├── UnknownParty      a name on the command line means nobody, or several
├── NotDelivered      a channel did not take a message; it is tried again
└── StoreError        the store or the journal cannot be used as it is
    └── UnknownRun    no run has that number, was made by that day, or it was retired
"""

from __future__ import annotations


class EntrepotError(Exception):
    """The root: its text is one line that says what is wrong, where, and what to do."""


class InputError(EntrepotError):
    """A file, a mapping or a setting that the user can mend."""


class WrongUse(InputError):
    """An argument or option of a command means nothing here."""


class SourceFailed(EntrepotError):
    """A source could not be read; the others go on."""


class Unusable(EntrepotError):
    """One record of a source cannot be used; it is quarantined and the others go on.

    `column` and `value` say where, the text says why, `advice` what to do.
    """

    def __init__(self, column: str, value: object, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.advice = column, value, advice


class UnknownParty(EntrepotError):
    """A name given by the user means nobody, or several parties."""


class NotDelivered(EntrepotError):
    """A channel did not take a message; it is tried again."""


class StoreError(EntrepotError):
    """The store or the journal cannot be used as it is."""


class UnknownRun(StoreError):
    """No run has that number or was made by that day, or it was retired."""
