"""What each command of `python -m issuer` does with its arguments: one act, one line of JSON."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from issuer import issuing
from issuer.dates import a_year_after, day_of
from issuer.errors import Misused
from issuer.files import write_file
from issuer.issuing import Issued
from issuer.ledger import Copy, State
from issuer.output import say
from issuer.person import Person, tidy
from issuer.photos import take_photo_from
from issuer.present import draw, present_text
from issuer.registry import Registry, create_registry

Command = Callable[[Namespace], None]
_DROPPED_NAMES = {24: "occupation", 25: "employer"}


def init(args: Namespace) -> None:
    """Make a new authority."""
    registry = create_registry(args.directory, args.environment, args.alg, args.now, args.list_entries)
    say({"issuer": registry.authority.issuer, "environment": registry.authority.environment, "alg": args.alg})


def enrol(args: Namespace) -> None:
    """Register a person and issue the copy for the phone."""
    registry = Registry(args.directory)
    person = Person(
        number=args.id,
        name_latin=tidy(args.name_en),
        name_arabic=tidy(args.name_ar),
        born=args.dob,
        nationality=args.nationality,
        holder_class=args.holder_class,
        expires=args.expires or a_year_after(day_of(args.now)),
        guardian=args.guardian,
        gender=args.gender,
        occupation=None if args.occupation is None else tidy(args.occupation),
        employer=None if args.employer is None else tidy(args.employer),
        sponsor=args.sponsor,
    )
    issued = issuing.enrol(registry, person, take_photo_from(args.photo), args.now)
    say(_describe(registry, issued))


def renew(args: Namespace) -> None:
    """Replace a copy."""
    registry = Registry(args.directory)
    issued = issuing.renew(registry, args.copy, args.now, args.expires)
    say({**_describe(registry, issued), "supersedes": args.copy})


def print_copy(args: Namespace) -> None:
    """Issue a copy for paper."""
    registry = Registry(args.directory)
    say(_describe(registry, issuing.print_copy(registry, args.copy, args.now)))


def suspend(args: Namespace) -> None:
    """Suspend a copy."""
    _say_state(issuing.change_state(Registry(args.directory), args.copy, State.SUSPENDED))


def reinstate(args: Namespace) -> None:
    """Make a suspended copy valid again."""
    _say_state(issuing.reinstate(Registry(args.directory), args.copy))


def revoke(args: Namespace) -> None:
    """Revoke a copy."""
    _say_state(issuing.change_state(Registry(args.directory), args.copy, State.REVOKED))


def present(args: Namespace) -> None:
    """Draw the code of a copy, as a picture, as text, or both."""
    if args.png is None and not args.text:
        raise Misused("nothing to draw: give --png OUT, --text, or both")
    if args.png is not None and args.png.exists() and not args.png.is_file():
        raise Misused("--png must name a file, new or to be replaced")
    registry = Registry(args.directory)
    copy = registry.read().find_copy(args.copy)
    text = present_text(registry, copy, args.now)
    drawing = None if args.png is None else draw(text, copy.kind)
    if drawing is not None:
        write_file(args.png, drawing.png)
    if drawing is None or args.text:
        sys.stdout.write(text + "\n")
        return
    say(
        {
            "copy": copy.id,
            "kind": copy.kind.value,
            "text_characters": len(text),
            "qr_version": drawing.version,
            "modules": drawing.modules,
            "error_correction": drawing.error_correction,
        }
    )


def publish(args: Namespace) -> None:
    """Write the signed tree."""
    from issuer.publish import publish as write_tree  # noqa: PLC0415 - TUF loads slowly, only this needs it

    published = write_tree(Registry(args.directory), args.to, args.now)
    say(
        {
            "root": str(args.to / "root.json"),
            "root_version": published.root_version,
            "version": published.version,
            "targets": list(published.targets),
        }
    )


def demo(args: Namespace) -> None:
    """Serve the kiosk's demo until standard input closes."""
    from issuer.demo import serve  # noqa: PLC0415 - brings TUF, see above

    serve(args.directory, args.portrait, args.impostor, args.now)


def _describe(registry: Registry, issued: Issued) -> dict[str, Any]:
    copy = issued.copy
    return {
        "copy": copy.id,
        "version": copy.version,
        "kind": copy.kind.value,
        "expires": copy.expires.isoformat(),
        "status": {"uri": registry.authority.status_uri(copy.cohort), "index": copy.index},
        "photo_bytes": issued.photo_bytes,
        "text_characters": issued.text_characters,
        "dropped": sorted(_DROPPED_NAMES[key] for key in issued.dropped),
    }


def _say_state(copy: Copy) -> None:
    say({"copy": copy.id, "state": copy.state.value})
