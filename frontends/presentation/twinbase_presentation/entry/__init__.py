"""What stands before the day: whose account, the lock of its file, a first sign-in."""
