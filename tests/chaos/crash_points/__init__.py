"""Crash points: the hub is killed before and after each call that it makes, one by one.

``python -m tests.chaos.crash_points`` tries all of them; ``make test`` tries a seeded part.
"""
