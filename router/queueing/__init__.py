"""What customers who wait are told of the queue."""
