"""The device twin: an encrypted SQLite file and the engine round it."""
