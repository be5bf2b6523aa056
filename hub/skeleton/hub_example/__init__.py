"""The channel type ``example``."""
