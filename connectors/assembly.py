"""The connectors service, put together from ports and settings."""

from collections.abc import Callable

from connectors.registry import Registry
from connectors.resources import Resources
from connectors.service import ConnectorsService
from shared.ids import ChannelType
from shared.metrics import Metrics
from shared.runtime import Ports
from shared.settings import Settings


def connectors_service(
    ports: Ports,
    settings: Settings,
    metrics: Metrics,
    *,
    base_url: Callable[[], str],
    only: frozenset[ChannelType] | None = None,
) -> ConnectorsService:
    """The service as the settings say; ``base_url`` is this process's own address once it listens.

    Reads the manifests of all installed types (or of those named), and imports no connector.
    """
    resources = Resources(
        bus=ports.bus,
        store=ports.store,
        blobs=ports.blobs,
        clock=ports.clock,
        leases=ports.leases,
        seal=ports.seal,
        metrics=metrics,
        public_url=settings.public_url,
        body_limit_bytes=settings.body_limit_bytes,
        media_limit_bytes=settings.upload_limit_bytes,
        private_networks=settings.private_networks,
    )
    return ConnectorsService(
        Registry.discover(only),
        resources,
        name=ports.leases.owner.rpartition("/")[2],
        simulators_base=base_url if settings.simulators else None,
    )
