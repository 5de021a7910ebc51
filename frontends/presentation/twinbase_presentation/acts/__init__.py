"""What a command writes: functions over a session that writes, each one local transaction that has effect whole."""
