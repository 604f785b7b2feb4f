"""Passphrases of private keys: from the environment, or from the person at the keyboard.

Rules kept here: no key is written under a short passphrase; the one passphrase that everybody knows is for
authorities that are thrown away (the demo's, the tests'), and slow guesses would protect nothing there.
"""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass, field
from typing import Protocol

from issuer.errors import Refused
from kiosk.audit.auditors import LEAST_PASSPHRASE
from kiosk.audit.pkcs8 import QUICK, STRONG, Work

SANDBOX_PASSPHRASE = "mudaqqiq-sandbox"  # noqa: S105 - public on purpose, see above
VARIABLE = "MUDAQQIQ_ISSUER_PASSPHRASE"
ROOT_VARIABLE = "MUDAQQIQ_ROOT_PASSPHRASE"


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """A passphrase, and how dear one guess at a file under it is to be."""

    text: str
    work: Work = STRONG

    def __post_init__(self) -> None:
        """Refuse a short one."""
        if len(self.text) < LEAST_PASSPHRASE:
            raise Refused(f"a passphrase needs at least {LEAST_PASSPHRASE} characters")

    @property
    def is_known(self) -> bool:
        """Say whether it is the one that everybody knows."""
        return self.text == SANDBOX_PASSPHRASE


def check_secret(environment: str, passphrase: Passphrase) -> Passphrase:
    """Return `passphrase`. Raises Refused when it is no secret and more than a sandbox hangs on it."""
    if passphrase.is_known and environment != "sandbox":
        raise Refused("everybody knows that passphrase: a pilot needs one of its own")
    return passphrase


SANDBOX = Passphrase(SANDBOX_PASSPHRASE, QUICK)


class Passphrases(Protocol):
    """Who knows the passphrases of a folder of keys."""

    def find(self, name: str) -> Passphrase:
        """Return the passphrase of the key `name`. Raises Refused."""
        ...

    def choose(self, name: str) -> Passphrase:
        """Return the passphrase that a new key `name` gets. Raises Refused."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """One passphrase for all keys, known beforehand."""

    passphrase: Passphrase

    def find(self, name: str) -> Passphrase:
        """Return the passphrase."""
        del name
        return self.passphrase

    def choose(self, name: str) -> Passphrase:
        """Return the passphrase."""
        return self.find(name)


@dataclass(slots=True, repr=False)
class Asked:
    """The passphrase in the environment `variable`, else what a person types.

    With `each`, every key has its own: its keepers are several people. Otherwise one is asked for, once.
    """

    variable: str = VARIABLE
    each: bool = False
    _answers: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Passphrase:
        """Return the passphrase of the key `name`. Raises Refused."""
        return _rate(self._ask(name, again=False))

    def choose(self, name: str) -> Passphrase:
        """Return the passphrase that a new key `name` gets; a person types it twice. Raises Refused."""
        return _rate(self._ask(name, again=True))

    def _ask(self, name: str, *, again: bool) -> str:
        given = os.environ.get(self.variable)
        if given is not None:
            return given
        what = name if self.each else "this authority's keys"
        if what not in self._answers:
            if not sys.stdin.isatty():
                raise Refused(f"nobody to ask for the passphrase of {what}: set {self.variable}")
            answer = getpass.getpass(f"passphrase of {what}: ")
            if again and getpass.getpass("the same again: ") != answer:
                raise Refused("the two passphrases differ")
            self._answers[what] = answer
        return self._answers[what]


def _rate(text: str) -> Passphrase:
    return SANDBOX if text == SANDBOX_PASSPHRASE else Passphrase(text)
