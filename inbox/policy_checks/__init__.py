"""What makes a policy document impossible, one module per noun."""
