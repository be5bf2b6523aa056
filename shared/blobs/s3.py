"""Blobs in a bucket of an S3-speaking service: ``s3://bucket/prefix``.

What is not given comes from the usual environment (``AWS_ACCESS_KEY_ID`` and the like) or from the
machine's own role.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from shared.blobs.stored import ObstoreBlobs
from shared.errors import BadRequest

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

_PART_BYTES: Final = 5 * 1024 * 1024
"""The least that the protocol takes as a part of a larger object."""
_CLIENT: Final["ClientConfig"] = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=15),
    "timeout": timedelta(minutes=5),
}
_RETRY: Final["RetryConfig"] = {"max_retries": 5, "retry_timeout": timedelta(seconds=10)}
"""Who asked tries again; the browser or the connector is told within seconds."""


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where the service is and who asks; None: what the environment says."""

    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: SecretStr | None = None


async def open_s3(url: str, access: S3Access) -> ObstoreBlobs:
    """Blobs under ``s3://bucket/prefix``. Raises ``BadRequest`` for an address that is none.

    A service that is away does not keep the hub from starting: ``probe`` tells of it.
    """
    parts = urlsplit(url)
    if not parts.netloc or parts.username is not None or parts.query or parts.fragment:
        raise BadRequest("HUB_BLOBS_URL: write s3://bucket or s3://bucket/prefix")
    config: S3Config = {}
    if access.endpoint is not None:
        config["endpoint"] = access.endpoint
    if access.region is not None:
        config["region"] = access.region
    if access.access_key is not None:
        config["access_key_id"] = access.access_key
    if access.secret_key is not None:
        config["secret_access_key"] = access.secret_key.get_secret_value()
    client: ClientConfig = {**_CLIENT}
    if (access.endpoint or "").startswith("http://"):
        client["allow_http"] = True
    try:
        store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options=client,
            retry_config=_RETRY,
        )
    except (BaseError, ValueError) as error:
        raise BadRequest(f"HUB_BLOBS_URL: not usable ({type(error).__name__})") from None
    blobs = ObstoreBlobs(store, part_bytes=_PART_BYTES, probe_every_s=30)
    await blobs.sweep()
    return blobs
