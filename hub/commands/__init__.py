"""The `hub` command's groups: agents, channels, dead letters, and the doctor."""
