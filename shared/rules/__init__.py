"""Deciding by rules: pure functions of the book and of what is known of a conversation."""
