"""Telegram: bots, their groups and topics, and Telegram Business accounts (Bot API)."""
