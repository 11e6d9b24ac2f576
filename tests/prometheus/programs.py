# SPDX-License-Identifier: GPL-2.0
"""Programs of Debian's packages: what is installed, or else what is downloaded and unpacked into the cache, not installed."""
import os
import pathlib
import shutil
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("TCPWHY_CACHE") or pathlib.Path.home() / ".cache" / "tcpwhy") / "promtool"


def program(name, package):
    """Its path, or None."""
    found = shutil.which(name)
    kept = CACHE / "usr" / "bin" / name
    if found or kept.exists():
        return found or str(kept)
    if not shutil.which("apt-get"):
        return None
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:
        if subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, stderr=subprocess.DEVNULL).returncode:
            return None
        file = next(pathlib.Path(folder).glob("*.deb"))
        subprocess.run(["dpkg", "-x", file, CACHE], check=True)
    return str(kept)
