"""The NinjaOne plugin: organisations, devices and tickets of that cloud, kept in schema `ninjaone`. Hooks only."""
