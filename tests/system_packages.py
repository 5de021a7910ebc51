"""What tests need of the system beside Python: `python -m tests.system_packages` installs it where it may.

On Debian, as root, the packages are installed; elsewhere they are named. Nothing fails here: a test that lacks one is
not run, and the last lines of the run say which and why.
"""

import ctypes.util
import os
import shutil
import subprocess

PACKAGES = {
    "libegl1": lambda: ctypes.util.find_library("EGL"),
    "libgl1": lambda: ctypes.util.find_library("GL"),
    "libgles2": lambda: ctypes.util.find_library("GLESv2"),
    "libgl1-mesa-dri": lambda: ctypes.util.find_library("EGL_mesa"),
    "xvfb": lambda: shutil.which("Xvfb"),
    "xdotool": lambda: shutil.which("xdotool"),
}
"""Names of Debian's packages, and how to see that one is there, wherever it comes from."""
MINUTES_MAX = 10


def find_missing(*names: str) -> list[str]:
    """Which of these are not there; of all, if none is named."""
    return [name for name in names or PACKAGES if not PACKAGES[name]()]


def describe_missing(*names: str) -> str:
    """What to type to have them; "" where nothing is missing."""
    missing = find_missing(*names)
    return f"apt-get install -y {' '.join(missing)}" if missing else ""


def can_install() -> bool:
    """Whether this is Debian or its like, and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(names: list[str]) -> None:
    """Have apt install them, and say so where it fails."""
    own = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *names]):
        try:
            done = subprocess.run(
                ["apt-get", "-qq", *words],
                env=own,
                capture_output=True,
                text=True,
                timeout=60 * MINUTES_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"apt-get {words[0]} took longer than {MINUTES_MAX} minutes.")
            return
        if done.returncode:
            print(f"apt-get {words[0]} failed: {done.stderr.strip()[-500:]}")


def main() -> None:
    if missing := find_missing():
        print(f"The tests of windows and pictures need {', '.join(missing)}.")
        if can_install():
            install(missing)
        if missing := find_missing():
            print(f"They are not run. To have them: {describe_missing()}")


if __name__ == "__main__":
    main()
