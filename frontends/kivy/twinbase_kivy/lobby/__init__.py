"""What is seen before the day: the lock, the accounts of a device, a first sign-in."""
