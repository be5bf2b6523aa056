"""What is left of a message's cost when nothing is decided: the hub's libraries and rows."""
