"""`make bench`: how fast the hub is, beside what somebody would write by hand."""
