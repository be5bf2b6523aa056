"""Short messages of a made-up provider, Ferry."""
