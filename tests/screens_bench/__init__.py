"""How fast the agent's screens are, in a real Chromium."""
