"""The number by which VK knows a repeat of a message that it already has."""

from hashlib import blake2b

_MOST = 2**31 - 1


def random_id(key: str, piece: int = 1) -> int:
    """1 to 2^31 - 1, always the same for the same part and piece: 0 would switch the check off."""
    digest = blake2b(f"{key}\n{piece}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    return number % _MOST + 1
