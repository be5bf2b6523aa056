"""What is decided before anything is sent, all of it pure: degrade, split, and how fast."""
