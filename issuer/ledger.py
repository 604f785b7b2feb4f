"""What the authority knows: persons, copies, what was published; and what may happen to a copy.

Pure values: nothing here reads a file, a clock or a key. A copy is one issued credential, on a phone or on
paper, with a place of its own in a status list. A copy never changes but for its state.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType

from issuer.errors import Refused
from issuer.person import Person


class State(Enum):
    """What the status list says of a copy."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"

    @property
    def code(self) -> int:
        """The two bits in the status list. Source: Token Status List section 7 (3 is the application's)."""
        return {"valid": 0, "revoked": 1, "suspended": 2, "superseded": 3}[self.value]


class Kind(Enum):
    """Where a copy lives: a phone holds a key and proves itself, paper does not."""

    PHONE = "phone"
    PRINT = "print"


_MAY_BECOME = {
    State.VALID: frozenset({State.REVOKED, State.SUSPENDED, State.SUPERSEDED}),
    State.SUSPENDED: frozenset({State.VALID, State.REVOKED}),
    State.SUPERSEDED: frozenset({State.REVOKED}),  # an old phone may be stolen: "stop" outweighs "ask newer"
    State.REVOKED: frozenset[State](),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One issued credential. `cohort` is the year it expires, `index` its place in that year's list."""

    id: str
    number: str
    version: int
    kind: Kind
    state: State
    cohort: int
    index: int
    expires: date
    issued: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """The last published version of the tree; 0 and None before the first."""

    version: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything the authority has registered, at one moment."""

    persons: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    copies: Mapping[str, Copy] = field(default_factory=lambda: MappingProxyType({}))
    publication: Publication = Publication()

    def with_person(self, person: Person) -> Ledger:
        """Return this ledger with `person` registered, or registered anew.

        Raises Refused when the number belongs to somebody born on another day.
        """
        known = self.persons.get(person.number)
        if known is not None and known.born != person.born:
            raise Refused("this number is registered to a person with another date of birth")
        return replace(self, persons=MappingProxyType({**self.persons, person.number: person}))

    def with_copy(self, copy: Copy) -> Ledger:
        """Return this ledger with `copy` new or in its new state."""
        return replace(self, copies=MappingProxyType({**self.copies, copy.id: copy}))

    def find_copy(self, copy_id: str) -> Copy:
        """Return the copy of that name. Raises Refused."""
        copy = self.copies.get(copy_id)
        if copy is None:
            raise Refused("there is no such copy in this registry")
        return copy

    def next_copy_id(self) -> str:
        """Return the name of the next copy: c000001, c000002, and so on."""
        return f"c{len(self.copies) + 1:06}"

    def next_version(self, number: str) -> int:
        """Return the copy version of the person's next copy, 1 for the first."""
        return 1 + max((c.version for c in self.copies.values() if c.number == number), default=0)

    def next_index(self, cohort: int, list_entries: int) -> int:
        """Draw a free place in the list of `cohort`, unguessable: an index must not tell when it was issued.

        Raises Refused when the list is full.
        """
        taken = {copy.index for copy in self.copies.values() if copy.cohort == cohort}
        if len(taken) >= list_entries:
            raise Refused(f"the status list of {cohort} is full ({list_entries} entries)")
        if 2 * len(taken) >= list_entries:
            return secrets.choice([index for index in range(list_entries) if index not in taken])
        while (index := secrets.randbelow(list_entries)) in taken:
            pass
        return index


def move(copy: Copy, state: State) -> Copy:
    """Return `copy` in another state.

    Raises Refused for a step that does not exist, such as reinstating what is revoked.
    """
    if copy.state is state:
        raise Refused(f"the copy is {state.value} already")
    if state not in _MAY_BECOME[copy.state]:
        raise Refused(f"the copy is {copy.state.value} and cannot become {state.value}")
    return replace(copy, state=state)


def check_valid(copy: Copy, what: str) -> None:
    """Refuse to build on a copy that is not valid. Raises Refused; `what` is the thing wanted."""
    if copy.state is not State.VALID:
        raise Refused(f"the copy is {copy.state.value}: no {what} from it")
