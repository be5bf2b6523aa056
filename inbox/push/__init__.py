"""Web push: agents are told on their devices while the hub is not open there, by no third party of
ours: the hub encrypts for the device and hands it to the browser's maker."""
