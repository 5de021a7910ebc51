"""Answers for a person: why somebody sees a row or not, and what stands behind a projected one."""
