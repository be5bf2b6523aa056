"""The assigner: one at a time for the whole hub, it gives what waits to those who have room."""
