"""What every test shares: no screen is ever opened, and Hypothesis runs the same examples each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile(
    "house",
    max_examples=100,
    deadline=None,  # a busy machine is no failure
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")
