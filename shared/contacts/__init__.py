"""What router and inbox both decide of contacts: pure functions of their documents."""
