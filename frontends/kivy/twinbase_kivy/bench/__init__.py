"""How quick the app is in a real window: a finger that scrolls, taps and types, and the frames that it sees.

`twinbase bench-app` of the demo makes a device, starts `python -m twinbase_kivy.bench` on it, and tells it what to do.
"""
