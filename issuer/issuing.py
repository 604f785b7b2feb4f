"""The acts of the authority on its registry: enrol, renew, print, and the moves of a copy's state.

Each act reads the ledger under the lock, writes the new files first and the ledger last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from issuer.credential import issue_credential, photo_room
from issuer.errors import Refused
from issuer.keyring import Role
from issuer.keys import make_key
from issuer.ledger import Copy, Kind, Ledger, State, check_valid, move
from issuer.person import Person, check_person
from issuer.registry import Registry
from issuer.wire import code_text
from kiosk.cose.keys import Algorithm

_LONGEST_VERSION = 999


@dataclass(frozen=True, slots=True)
class Issued:
    """A new copy and what became of it: size of its text without proof, and what was dropped to fit."""

    copy: Copy
    photo_bytes: int
    text_characters: int
    dropped: frozenset[int]


def enrol(registry: Registry, person: Person, take_photo: Callable[[int], bytes], now: datetime) -> Issued:
    """Register `person` and issue the first copy for a phone, or one for another phone.

    `take_photo` makes a photo of at most that many bytes; it may raise Refused and runs without the lock.
    Raises Refused: the record does not hold together, nothing fits, the list is full.
    """
    check_not_before(registry, now)
    check_person(person, now)
    registry.read().with_person(person)  # a refusal should not wait for the photo
    stand_in = _plan(person, Kind.PHONE, now, version=_LONGEST_VERSION)
    room = photo_room(registry.authority, person, stand_in, make_key(Algorithm.ES256))
    photo = take_photo(room.photo_bytes)
    person = replace(person, photo=registry.keep_photo(photo))
    with registry.changing() as ledger:
        changed, issued = _issue(registry, ledger.with_person(person), person, Kind.PHONE, now)
        registry.commit(changed)
    return issued


def renew(registry: Registry, copy_id: str, now: datetime, expires: date | None = None) -> Issued:
    """Issue a new copy in place of a valid one, which becomes superseded. Raises Refused."""
    check_not_before(registry, now)
    with registry.changing() as ledger:
        old = ledger.find_copy(copy_id)
        check_valid(old, "new copy")
        person = _person_of(ledger, old)
        if expires is not None:
            person = replace(person, expires=expires)
        check_person(person, now)
        changed, issued = _issue(registry, ledger.with_person(person), person, old.kind, now)
        registry.commit(changed.with_copy(move(old, State.SUPERSEDED)))
    return issued


def print_copy(registry: Registry, copy_id: str, now: datetime) -> Issued:
    """Issue a copy for paper beside a valid one: no holder key, an index of its own. Raises Refused."""
    check_not_before(registry, now)
    with registry.changing() as ledger:
        shown = ledger.find_copy(copy_id)
        check_valid(shown, "print")
        person = _person_of(ledger, shown)
        check_person(person, now)
        changed, issued = _issue(registry, ledger, person, Kind.PRINT, now)
        registry.commit(changed)
    return issued


def change_state(registry: Registry, copy_id: str, state: State) -> Copy:
    """Move a copy to `state`; kiosks learn it with the next publication. Raises Refused."""
    with registry.changing() as ledger:
        copy = move(ledger.find_copy(copy_id), state)
        registry.commit(ledger.with_copy(copy))
    return copy


def reinstate(registry: Registry, copy_id: str) -> Copy:
    """Make a suspended copy valid again. Raises Refused for any other state."""
    return change_state(registry, copy_id, State.VALID)


def check_not_before(registry: Registry, now: datetime) -> None:
    """Refuse to act at a time before the authority existed: its keys would not be trusted for it."""
    if now < registry.authority.created:
        raise Refused("that time lies before this authority was made")


def _person_of(ledger: Ledger, copy: Copy) -> Person:
    person = ledger.persons.get(copy.number)
    if person is None:
        raise Refused("registry.json is damaged: a copy belongs to nobody")
    return person


def _plan(person: Person, kind: Kind, now: datetime, *, version: int, index: int = 0) -> Copy:
    """Return the copy to come, not yet named."""
    return Copy(
        id="",
        number=person.number,
        version=version,
        kind=kind,
        state=State.VALID,
        cohort=person.expires.year,
        index=index,
        expires=person.expires,
        issued=now,
    )


def _issue(
    registry: Registry, ledger: Ledger, person: Person, kind: Kind, now: datetime
) -> tuple[Ledger, Issued]:
    index = ledger.next_index(person.expires.year, registry.authority.list_entries)
    planned = _plan(person, kind, now, version=ledger.next_version(person.number), index=index)
    copy = replace(planned, id=ledger.next_copy_id())
    photo = registry.photo(person.photo)
    holder_key = make_key(Algorithm.ES256) if kind is Kind.PHONE else None
    keys = (registry.key(Role.CREDENTIAL, copy.issued), holder_key)
    credential, dropped = issue_credential(registry.authority, copy, person, photo, keys)
    registry.keep_copy(copy, credential, holder_key)
    return ledger.with_copy(copy), Issued(copy, len(photo), len(code_text(credential)), dropped)
