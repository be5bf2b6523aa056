"""The store: implementations of ``shared.ports.store``, and what they have in common."""
