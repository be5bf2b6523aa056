"""Helpers of the tests: factories with defaults and the embedded parts. No fixtures."""
