"""An issuing authority for tests, demos and pilots: enrols, issues, presents, publishes.

It is never for production. The kiosk never imports this package; its demo starts it as a process of its own.
"""
