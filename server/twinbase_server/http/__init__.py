"""The HTTP routes: each takes, calls the verb, answers."""
