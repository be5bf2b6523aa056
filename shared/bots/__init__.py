"""The kit for bots: ordinary clients of the bus that read events and publish commands."""
