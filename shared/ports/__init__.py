"""The ports: what the services ask of bus, store and blobs. Drivers live in the sibling
packages."""
