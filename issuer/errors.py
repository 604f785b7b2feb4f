"""The errors of the authority: a request it does not carry out, said in one sentence."""

from __future__ import annotations


class Refused(Exception):
    """The request is understood and not carried out; the text is the sentence for the operator."""


class Misused(Refused):
    """The command was called with arguments that do not go together."""
