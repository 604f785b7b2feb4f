"""Fictional people, and a photo that costs nothing to make."""

from __future__ import annotations

import hashlib
import importlib.util
from datetime import UTC, date, datetime
from pathlib import Path

from issuer.founding import create_registry
from issuer.passphrase import Known, Passphrase
from issuer.person import Person
from issuer.rootkeys import FOLDER, RootKeys
from kiosk.audit.pkcs8 import QUICK

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


PILOTS = Known(Passphrase("a pilot's own words", QUICK))


def a_pilot(folder, now=NOON):
    """A pilot authority, its passphrase as quick to try as the sandbox's."""
    keys = RootKeys((folder / FOLDER,), PILOTS)
    return create_registry(folder, "pilot", "ed25519", now, passphrases=PILOTS, root_keys=keys)


def a_person(**changes):
    values = {
        "number": "2345678417",
        "name_latin": "Test Person",
        "name_arabic": "شخص تجريبي",
        "born": date(1990, 4, 18),
        "nationality": "PAK",
        "holder_class": "resident",
        "expires": date(2031, 5, 20),
    }
    return Person(**(values | changes))


def a_photo(budget):
    """Bytes that deflate as badly as a WebP does, as many as are allowed."""
    return hashlib.shake_256(b"photo").digest(budget)


def with_check_digit(nine):
    total = sum(sum(divmod(int(d) * (1 if place % 2 else 2), 10)) for place, d in enumerate(nine))
    return nine + str(-total % 10)


def picture(package, *parts):
    folder = importlib.util.find_spec(package).submodule_search_locations[0]
    return Path(folder).joinpath(*parts)


ASTRONAUT = picture("skimage", "data", "astronaut.png")
HOPPER = picture("matplotlib", "mpl-data", "sample_data", "grace_hopper.jpg")
