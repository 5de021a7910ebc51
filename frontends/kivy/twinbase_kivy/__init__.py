"""The Kivy app of a technician: widgets that draw view models, and nothing that knows SQL or HTTP.

`twinbase app FILE` starts it. What is shown, and what may be done, is `twinbase_presentation`'s.
"""
