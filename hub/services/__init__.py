"""The hub as services on this machine: a private broker, and a process for each service."""
