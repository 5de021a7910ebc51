"""Engines that are wrong on purpose: the oracle is trusted only if it finds each of them out."""
