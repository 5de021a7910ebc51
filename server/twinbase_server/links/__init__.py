"""One-time links: by one a person chooses the password of an account, whose e-mail somebody else has named."""
