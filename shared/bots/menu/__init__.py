"""The menu bot: routine questions answered by buttons, from a TOML file."""
