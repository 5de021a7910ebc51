"""Who may try to sign in when: guessing is slowed down, and nobody can keep another out for it."""
