"""The screens of a technician's day: what each shows, and what can be done on it."""
