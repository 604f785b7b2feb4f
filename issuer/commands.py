"""What each command of `python -m issuer` does with its arguments: one act, one line of JSON."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from issuer import issuing
from issuer.auditors import find_auditors, take_auditors
from issuer.dates import a_year_after, day_of
from issuer.errors import Misused, Refused
from issuer.files import write_file
from issuer.issuing import Issued
from issuer.ledger import Copy, State
from issuer.output import say
from issuer.passphrase import Asked
from issuer.person import Person, tidy
from issuer.photos import take_photo_from
from issuer.present import draw, present_text
from issuer.registry import Registry
from issuer.rootkeys import choose_root_keys

Command = Callable[[Namespace], None]
_DROPPED_NAMES = {24: "occupation", 25: "employer"}


def init(args: Namespace) -> None:
    """Make a new authority."""
    from issuer.founding import create_registry  # noqa: PLC0415 - brings TUF, see `publish`

    passphrases, root_keys = Asked(), choose_root_keys(args)
    if passphrases.choose("init").is_known or root_keys.passphrases.choose("root-1").is_known:
        raise Refused("everybody knows that passphrase: choose one of your own")
    registry = create_registry(
        args.directory, args.environment, args.alg, args.now, args.list_entries, passphrases, root_keys
    )
    authority = registry.authority
    months = [key.month for key in find_auditors(registry, args.now)]
    say(
        {
            "issuer": authority.issuer,
            "environment": authority.environment,
            "alg": args.alg,
            "auditors": months,
            "root_keys": str(root_keys.folders[0]),
        }
    )


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
    from issuer.due import find_warnings  # noqa: PLC0415 - TUF loads slowly, only this needs it
    from issuer.publish import publish as write_tree  # noqa: PLC0415 - the same

    registry = Registry(args.directory)
    if args.auditors is not None:
        take_auditors(registry, args.auditors)
    published = write_tree(registry, args.to, args.now)
    say(
        {
            "root": str(args.to / "root.json"),
            "root_version": published.root_version,
            "version": published.version,
            "targets": list(published.targets),
            "due": list(find_warnings(registry, args.now)),
        }
    )


def simulate(args: Namespace) -> None:
    """Write a synthetic list."""
    from issuer.simulate import simulate as write_list  # noqa: PLC0415 - NumPy loads slowly, only this needs it

    write_list(args)


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
