"""The `hub` command: everything in one process, single services, and the admin tasks."""
