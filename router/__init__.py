"""The router: the single writer of conversations and messages.

It holds partitions by lease, handles what waits in each of them one after another, commits all of
an item's consequences at once, and publishes them.
"""
