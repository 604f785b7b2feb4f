"""Mudaqqiq (مدقّق): the offline verifier kiosk for the digital resident ID."""

__version__ = "0.1.0"
