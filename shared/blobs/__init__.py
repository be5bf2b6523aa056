"""Blobs: implementations of ``shared.ports.blobs``."""
