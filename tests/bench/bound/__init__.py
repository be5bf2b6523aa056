"""What one interpreter could reach at most: the hub's libraries and rows, with nothing decided."""
