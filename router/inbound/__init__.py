"""Inbound: what happened on the platforms, one module per kind of event."""
