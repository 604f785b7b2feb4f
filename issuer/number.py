"""Saudi ID numbers: ten digits, the first one the kind of holder, the last one a check digit.

The issuer enforces them; a verifier shows whatever a good signature covers.
"""

from __future__ import annotations

from issuer.errors import Refused

DIGITS = 10
_ESTABLISHMENT = "7"
_FIRST_DIGIT = {"citizen": "1", "resident": "2", "family": "2", "visitor": "2"}


def check_number(number: str, what: str = "number") -> None:
    """Refuse what is not a national ID (1...) or iqama (2...) number with a right check digit.

    Raises Refused; the sentence names the rule, never the number.
    """
    _check_digits(number, what)
    if number[0] not in "12":
        raise Refused(f"the {what} must start with 1 (citizen) or 2 (resident)")
    if _checksum(number) % 10 != 0:
        raise Refused(f"the check digit of the {what} is wrong")


def check_sponsor(number: str) -> None:
    """Refuse what is neither a person's number nor an establishment's unified number (7...). Raises Refused.

    No public rule for a check digit of unified numbers was found, so none is enforced.
    """
    if number.startswith(_ESTABLISHMENT):
        _check_digits(number, "sponsor's number")
    else:
        check_number(number, "sponsor's number")


def check_class(number: str, holder_class: str) -> None:
    """Refuse a class of holder that the first digit of `number` excludes. Raises Refused."""
    first = _FIRST_DIGIT[holder_class]
    if not number.startswith(first):
        raise Refused(f"the number of a {holder_class} starts with {first}")


def _check_digits(number: str, what: str) -> None:
    if len(number) != DIGITS or not (number.isascii() and number.isdigit()):
        raise Refused(f"the {what} must have {DIGITS} digits 0-9")


def _checksum(number: str) -> int:
    """Add the digits, those at odd places from the left doubled and their own digits added.

    Source: ISO/IEC 7812-1 annex B (Luhn); for ten digits its doubled places are 1, 3, 5, 7 and 9.
    """
    total = 0
    for place, digit in enumerate(map(int, number)):
        tens, ones = divmod(digit * (1 if place % 2 else 2), 10)
        total += tens + ones
    return total
