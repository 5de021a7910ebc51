"""Steps 1 and 2 on the device: a write is noted by triggers, frozen into a batch, and rests until it is decided."""
