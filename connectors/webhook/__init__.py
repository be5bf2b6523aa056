"""Any system as a channel: signed events in, signed callbacks out."""
