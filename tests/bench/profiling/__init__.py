"""A sampling profiler that costs little: where the processes of a set-up spend their time."""
