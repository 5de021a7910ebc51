"""The EBP plugin: the tables of the ERP, and the projections that feed the mobile schema."""
