"""What makes a policy document impossible beside the rest of the book, by noun."""
