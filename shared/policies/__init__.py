"""What admins decide and change while the hub runs, and the book that holds all of it."""
