"""The mobile plugin: the tables made for phones, with their mirrors, scopes and windows."""
