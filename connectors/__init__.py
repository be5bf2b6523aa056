"""One folder per channel type, and the runtime that they share."""
