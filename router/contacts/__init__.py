"""What the router decides of contacts: who is one person, and what conversations hold of them."""
