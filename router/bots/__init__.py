"""Who answers, a bot or people: a bot holds a conversation by lease, and gives it back."""
