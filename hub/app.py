"""The composition root: every service in one process, on one port."""

import structlog

log = structlog.get_logger(__name__)
