# SPDX-License-Identifier: GPL-2.0
"""The journal itself: what is recorded goes through a journald of our own, in a mount namespace of its own."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

JOURNALD = next((path for path in ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald")
                 if os.path.exists(path)), None)

# @SIZE@: of what the journal may be written to
BEGIN = """
set -eu
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd /run/log
mount -t tmpfs -o size=@SIZE@ tmpfs /run/log
mount -t tmpfs tmpfs /var/log
if [ ! -s /etc/machine-id ]; then
    echo 0123456789abcdef0123456789abcdef >/run/machine-id
    [ -e /etc/machine-id ] && mount --bind /run/machine-id /etc/machine-id
fi
@JOURNALD@ &
journald=$!
trap 'kill $journald 2>/dev/null || :; wait $journald || :' EXIT
while [ ! -S /run/systemd/journal/socket ]; do kill -0 $journald; sleep 0.1; done
"""

WRITTEN = """
@TOOL@ record -c 1
@TOOL@ record -c 1
journalctl --no-pager -q -o cat -t tcpwhy TCPWHY_PEER=203.0.113.7 TCPWHY_CAUSE=paws-timewait
echo --- $(journalctl --no-pager -q -o cat -t tcpwhy | wc -l)
@TOOL@ list --source=journal --noheadings -o PEER,CAUSE,COUNT --cause paws-timewait 2>&1
logger -t tcpwhy nonsense
setpriv --reuid=65534 --regid=65534 --clear-groups logger --journald <<END || :
SYSLOG_IDENTIFIER=tcpwhy
MESSAGE=forged
$(journalctl --no-pager -q -o export -t tcpwhy TCPWHY_PEER=198.51.100.9 | grep -a ^TCPWHY_)
END
echo --- $(journalctl --no-pager -q -o cat -t tcpwhy TCPWHY_PEER=198.51.100.9 | sort | uniq | wc -l)
@TOOL@ list --source=journal --noheadings -o PEER,CAUSE,COUNT --cause paws-timewait 2>/dev/null
"""

WANTED = """412 events in 14m: paws-timewait (trouble, certain): 203.0.113.7 :8080 <- :45000; SYN tsval 18231 behind 99213; \
4 clocks; 37 of 412 not in; SYN differs in TTL
--- 12
From the journal.
What was recorded begins at TIME.
203.0.113.7  paws-timewait   412
198.51.100.9 paws-timewait     9
--- 2
203.0.113.7  paws-timewait   412
198.51.100.9 paws-timewait     9
"""

FULL = """
code=0
@TOOL@ record -c 1 2>&1 || code=$?
echo exit $code
"""

CATALOG = """
set -eu
journalctl --root=@FOLDER@ --update-catalog
journalctl --root=@FOLDER@ --no-pager --dump-catalog @IDS@
"""


def shell(script, env, **words):
    for name, value in words.items():
        script = script.replace(f"@{name}@", str(value))
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600, env=dict(env, TCPWHY_SCENE="all"))
    return done.stdout, f"exit {done.returncode}: {done.stdout!r} {done.stderr[-1000:]!r}"


def checks(tool, env, top):
    """Pairs of a name and what is wrong with it."""
    if os.geteuid() or not JOURNALD or not tool.exists() or not all(
            map(shutil.which, ("journalctl", "unshare", "logger", "setpriv"))):
        print("# skipped: the real journal takes root, systemd-journald, unshare, logger, setpriv and libsystemd's header")
        return
    if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode:
        print("# skipped: no mounts of our own here, so no journald")
        return
    # what others that were run before have set
    (tool.parent / "tcpwhy.conf").unlink(missing_ok=True)
    out, what = shell(BEGIN + WRITTEN, env, SIZE="64m", JOURNALD=JOURNALD, TOOL=tool)
    out = re.sub(r"begins at .*\d\.", "begins at TIME.", out)
    yield "journald: what is recorded is read back, and what others forge is not", None if out == WANTED else what
    out, what = shell(BEGIN + FULL, env, SIZE="64k", JOURNALD=JOURNALD, TOOL=tool)
    lines = out.splitlines()
    # Of a journald that has no room for its first file, nothing is left but the socket.
    yield "journald: without room the recorder says so", None if len(lines) == 2 and lines[1] == "exit 5" and \
        lines[0].startswith("tcpwhy: ") and ("write to the journal" in lines[0] or "no journal that" in lines[0]) else what
    ids = re.findall(r'"([0-9a-f]{32})"', (top / "tool/history/entry.c").read_text())
    with tempfile.TemporaryDirectory() as folder:
        for name in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
            (pathlib.Path(folder) / name).mkdir(parents=True)
        shutil.copy(top / "packaging/systemd/tcpwhy.catalog", f"{folder}/usr/lib/systemd/catalog")
        out, what = shell(CATALOG, env, FOLDER=folder, IDS=" ".join(ids))
        found = re.findall(r"(?m)^-- ([0-9a-f]{32})", out)
        yield "the catalogue explains each kind of entry", None if found == ids and out.count("Subject:") == 5 else what
