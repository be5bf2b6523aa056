"""The live feed: events from the bus and the log, told to browsers in order and without gaps."""
