"""Commands: what agents, bots and the hub itself ask for, one module per group."""
