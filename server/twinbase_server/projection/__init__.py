"""Projections: what changed in the sources finds its way into the tables that devices mirror."""
