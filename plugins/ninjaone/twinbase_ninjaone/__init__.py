"""The NinjaOne plugin: organisations, devices and tickets of the vendor's cloud, kept in schema `ninjaone`. Hooks only."""
