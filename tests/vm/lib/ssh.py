# SPDX-License-Identifier: GPL-2.0
"""Real OpenSSH."""
from . import expect
from .lab import listens, needs, shell

SSHD = """
Port 22
HostKey {dir}/host
PidFile {dir}/pid
UsePAM no
StrictModes no
PermitRootLogin yes
AuthorizedKeysFile {dir}/user.pub
MaxStartups {startups}
"""


class Ssh:
    """OpenSSH between two hosts, with keys of its own."""

    def __init__(self, lab, server, client, address, startups="10:30:100"):
        needs(server, "sshd")
        self.client, self.address, self.dir = client, address, lab.folder()
        shell(server, f"mkdir -p /run/sshd; for key in host user; do ssh-keygen -qt ed25519 -N '' -f {self.dir}/$key; done")
        config = lab.file(SSHD.format(dir=self.dir, startups=startups), ".conf")
        self.daemon = server.start("/usr/sbin/sshd", "-D", "-e", "-f", config, stderr=-3)
        listens(server, 22)

    def works(self, *more, patience=60):
        """Somebody logs in."""
        done = self.client.run("timeout", int(patience * expect.PATIENCE), "ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                               "UserKnownHostsFile=/dev/null", "-i", f"{self.dir}/user", *more,
                               f"root@{self.address}", "echo in", check=False)
        return done.stdout == "in\n"
