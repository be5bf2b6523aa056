"""The baseline: the same work as somebody would write it by hand, on aiohttp, aio-pika and sqlite3.

Three processes: ``gateway`` takes webhooks and makes the calls to the platform, ``worker`` stores,
``bot`` answers. Three quorum queues between them, every publication confirmed, every commit synced.
It promises less than the hub: no order across a crash, a reply may leave twice after one, nothing
is shown to agents, and only what came in is stored. It batches wherever it can.
"""
