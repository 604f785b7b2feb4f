"""An authority in a temporary folder, and its command line."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from issuer import issuing
from issuer.cli import main
from issuer.founding import create_registry
from tests.issuer.makers import NOON, a_person, a_photo


@pytest.fixture
def registry(tmp_path):
    return create_registry(tmp_path / "authority", "sandbox", "ed25519", NOON)


@pytest.fixture
def enrolled(registry):
    """A registry with one phone copy, c000001."""
    issuing.enrol(registry, a_person(), a_photo, NOON)
    return registry


@pytest.fixture
def own_passphrase(monkeypatch):
    """Set a passphrase that is a secret, as `init` wants it: its keys take their time to open."""
    return lambda variable, text="words of this test": monkeypatch.setenv(variable, text)


@pytest.fixture
def issuer(capsys):
    """Run one command: its exit code, its JSON or text, and its sentence on standard error."""

    def run(*words):
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        record = json.loads(out) if out.startswith("{") and out.count("\n") == 1 else None
        return SimpleNamespace(code=code, out=out, err=err, json=record)

    return run
