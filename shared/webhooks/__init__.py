"""Signed webhooks: signatures, when to try again, the log of attempts, and whom we may call."""
