"""The report of a visit on paper: what stands on it, how a signature is kept, and the PDF."""
