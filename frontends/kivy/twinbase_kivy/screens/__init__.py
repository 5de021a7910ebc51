"""The screens: each draws one view model."""
