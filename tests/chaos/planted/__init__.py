"""Planted faults: a hub with one thing done wrong, which the ledger of ``tests.chaos`` must see."""
