"""`python -m kiosk audit`: read, check and prove the audit log, and what auditors and supervisors do to it.

Each action stands in a module of its own beside this one. Exit codes: 0 all holds or was done, 1 broken or
refused, 2 usage, 4 out of reach.
"""

from __future__ import annotations

import argparse

from kiosk.commands import (
    audit_check,
    audit_export,
    audit_keygen,
    audit_proofs,
    audit_report,
    audit_seal,
    audit_show,
)
from kiosk.commands.audit_options import refuse
from kiosk.model import Fault

MODULES = (audit_check, audit_show, audit_proofs, audit_export, audit_report, audit_keygen, audit_seal)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `audit` and its actions."""
    parser = subparsers.add_parser("audit", help="check, prove and export the audit log")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for module in MODULES:
        module.add_actions(actions)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Carry out the action; a fault is one sentence on standard error."""
    try:
        code: int = args.act(args)
    except Fault as fault:
        return refuse(fault)
    return code
