"""From a presented text to a verified credential, or to the reason why not. Pure: trust and time come in."""
