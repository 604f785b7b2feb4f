"""A town with an authority of its own: people, their copies in every state, and the tree kiosks trust."""

from __future__ import annotations

import dataclasses
import shutil
from contextlib import contextmanager
from datetime import date, timedelta

from issuer import issuing
from issuer.founding import create_registry
from issuer.ledger import State
from issuer.photo import make_photo
from issuer.present import present_text
from issuer.publish import publish
from issuer.registry import Registry
from kiosk.imaging import read_image_file
from kiosk.trust.store import init_store
from kiosk.trust.update import update_store
from tests.builders import NOON
from tests.issuer.makers import ASTRONAUT, HOPPER, a_person, with_check_digit

FOUNDED = NOON - timedelta(days=2)
PUBLISHED = NOON - timedelta(hours=1)
NAMES = ("Amal Sami Haddad", "أمل سامي حداد")
NUMBER = "2345678417"


class Town:
    """`copies` by what became of them (live, superseded, revoked, suspended) or by whose they are."""

    def __init__(self, folder, engine):
        self.folder = folder
        self.registry = create_registry(folder / "authority", "sandbox", "ed25519", FOUNDED)
        self._photos = {}
        self._engine = engine
        self.holder = a_person(name_latin=NAMES[0], name_arabic=NAMES[1], born=date(1988, 3, 14), gender=2)
        first = self._enrol(self.holder, ASTRONAUT)
        self.copies = {
            "superseded": first,
            "live": issuing.renew(self.registry, first.id, FOUNDED).copy,
            "revoked": self._enrol(self.holder, ASTRONAUT),
            "suspended": self._enrol(self.holder, ASTRONAUT),
        }
        self.copies["print"] = issuing.print_copy(self.registry, self.copies["live"].id, FOUNDED).copy
        self.copies["minor"] = self._enrol(self._relative("234567842", date(2015, 6, 1)), ASTRONAUT)
        self.copies["other"] = self._enrol(self._relative("234567843", date(1980, 9, 2)), HOPPER)
        self.copies["wife"] = self._enrol(self._dependant("234567844", date(1990, 2, 1)), HOPPER)
        self.copies["son"] = self._enrol(self._dependant("234567845", date(2018, 5, 9)), ASTRONAUT)
        for name, nine in (("baker", "234567846"), ("driver", "234567847"), ("nurse", "234567848")):
            self.copies[name] = self._enrol(self._relative(nine, date(1985, 1, 20)), HOPPER)
        issuing.change_state(self.registry, self.copies["revoked"].id, State.REVOKED)
        issuing.change_state(self.registry, self.copies["suspended"].id, State.SUSPENDED)
        self.tree = folder / "tree"
        publish(self.registry, self.tree, PUBLISHED)

    def _relative(self, nine, born):
        return dataclasses.replace(
            self.holder, number=with_check_digit(nine), name_latin="Test Relative", born=born
        )

    def _dependant(self, nine, born):
        return dataclasses.replace(self._relative(nine, born), holder_class="family", guardian=NUMBER)

    def _enrol(self, person, picture):
        def take(budget):
            if picture not in self._photos:
                self._photos[picture] = make_photo(self._engine, read_image_file(picture), min(budget, 600))
            return self._photos[picture]

        return issuing.enrol(self.registry, person, take, FOUNDED).copy

    def text(self, copy="live", at=NOON, *, proof=True):
        """What the phone of `copy` shows at a time."""
        return present_text(self.registry, self.copies[copy], at, proof=proof)

    def set_up(self, store, purpose="checkpoint"):
        """A store of a station that trusts this town: a copy of one that was pinned and updated once."""
        made = self.folder.with_name(f"{self.folder.name} {purpose}")
        if not made.exists():
            init_store(self.tree / "root.json", made, "Gate 3", purpose)
            update_store(self.tree, made, NOON)
        return shutil.copytree(made, store, symlinks=True)

    @contextmanager
    def elsewhere(self, folder):
        """The same town as it goes on in another folder, so that this one stays as it is."""
        shutil.copytree(self.folder, folder)
        yield _Moved(folder, self.copies)


class _Moved:
    def __init__(self, folder, copies):
        self.registry = Registry(folder / "authority")
        self._tree, self._copies = folder / "tree", copies

    def revoke(self, copy):
        issuing.change_state(self.registry, self._copies[copy].id, State.REVOKED)

    def publish(self, at):
        publish(self.registry, self._tree, at)
        return self._tree
