"""Step 6: what the server sent becomes visible, in one transaction, with unsent edits put back on top."""
