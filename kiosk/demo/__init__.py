"""The demo: a sandbox authority, a play before a simulated camera, and the real pipeline between them."""
