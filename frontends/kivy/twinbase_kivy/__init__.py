"""The Kivy app of a technician: widgets that draw view models, and nothing that knows SQL or HTTP.

`twinbase app FILE` starts it. What is shown, and what may be done, is `twinbase_presentation`'s.
"""

import os

# Kivy reads these when it is imported for the first time, by whichever of our files. Without them it takes the command
# line's arguments for its own, writes a log file, and puts itself in the place of Python's logging.
os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON", "KIVY_NO_CONFIG": "1"}
