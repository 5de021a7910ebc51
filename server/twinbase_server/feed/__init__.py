"""Steps 5 and 7: what changed since a cursor, page by page from one snapshot, and the proof of what is there."""
