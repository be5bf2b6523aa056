"""The bus: implementations of ``shared.ports.bus``."""
