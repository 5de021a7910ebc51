"""The device's half: a browser that comes back to it, or a code for a terminal that has none."""

from twinbase_openid.device.browser import sign_in_with_browser
from twinbase_openid.device.failures import explain_failure
from twinbase_openid.device.offer import find_directory
from twinbase_openid.device.terminal import TerminalCode, sign_in_at_terminal

__all__ = ["TerminalCode", "explain_failure", "find_directory", "sign_in_at_terminal", "sign_in_with_browser"]
