"""SQL that several steps share: names, the hash of a row, a scope, and what a cursor cannot see."""
