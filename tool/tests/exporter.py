# SPDX-License-Identifier: GPL-2.0
"""tcpwhy-exporter: what readers get, and what becomes of it when something goes wrong."""
import contextlib
import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}
EXEMPLAR = re.compile(r'(tcpwhy_[a-z_]+_total)\{(.*)\} \d+ # \{peer="([0-9a-f.:]+)"\} 1 (\d+\.\d{3})')


class Exporter:
    """One that listens on a port of its own."""

    def __init__(self, binary, env, *args, scene="all", handed_over=False):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        env = dict(env, TCPWHY_SCENE=scene)
        if handed_over:
            self.socket.listen(16)
            # as systemd does: file 3, and the number of the process itself
            command = ["sh", "-c", 'exec 3<&"$1"; shift; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"', "sh",
                       str(self.socket.fileno()), str(binary), *args]
            self.program = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True,
                                            pass_fds=[self.socket.fileno()])
        else:
            self.socket.close()
            self.program = subprocess.Popen([str(binary), "--listen", f"127.0.0.1:{self.port}", *args], env=env,
                                            stderr=subprocess.PIPE, text=True)

    def ask(self, path="/metrics", method="GET", headers=None):
        """(status, type, text)"""
        for _ in range(600):  # until it listens
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, headers=headers or {})
                answer = connection.getresponse()
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
            except ConnectionRefusedError:
                time.sleep(0.1)
            finally:
                connection.close()
        raise ConnectionRefusedError

    def end(self):
        """(exit status, lines it said)"""
        self.program.send_signal(signal.SIGTERM)
        said = self.program.communicate(timeout=60)[1]
        # the fake module is of another version than the fake tool: that is said once
        lines = said.splitlines()
        once = [line for line in lines if "is of version" in line][:1]
        for line in once:
            lines.remove(line)
        return self.program.returncode, lines


@contextlib.contextmanager
def running(*args, **more):
    exporter = Exporter(*args, **more)
    try:
        yield exporter
    finally:
        if exporter.program.poll() is None:
            exporter.program.kill()
            exporter.program.communicate()
        exporter.socket.close()


def both_formats(binary, env):
    with running(binary, env) as exporter:
        status, kind, plain = exporter.ask()
        if (status, kind) != (200, "text/plain; version=0.0.4; charset=utf-8") or " # {" in plain or "EOF" in plain:
            return f"{status} {kind} {plain}"
        status, kind, page = exporter.ask(headers=OPENMETRICS)
        if (status, kind) != (200, "application/openmetrics-text; version=1.0.0; charset=utf-8"):
            return f"{status} {kind}"
        if not page.endswith("\n# EOF\n") or page.count("# EOF") != 1:
            return "it does not end as it should"
        exemplars = {(name, labels): (peer, when) for name, labels, peer, when in EXEMPLAR.findall(page)}
        got = exemplars.get(("tcpwhy_events_total", 'cause="paws-timewait",severity="trouble"'))
        if got != ("203.0.113.7", "1767449819.000"):
            return f"exemplars {exemplars}"
        # a family of counters is named without _total there
        if "# TYPE tcpwhy_events counter\n" not in page or "# TYPE tcpwhy_build info\n" not in page:
            return "families are not named as OpenMetrics wants it"
        code, said = exporter.end()
        return None if (code, said) == (0, []) else f"exit {code}, {said}"


def other_requests(binary, env):
    with running(binary, env) as exporter:
        for path, method, want in (("/", "GET", 200), ("/metrics", "HEAD", 200), ("/nothing", "GET", 404),
                                   ("/metrics", "POST", 405), ("/metrics/", "GET", 404)):
            status, _, text = exporter.ask(path, method)
            if status != want or (method == "HEAD" and text):
                return f"{method} {path}: {status} {text!r}"
    return None


def cut(binary, env):
    """Readers that go away in the middle, or never say what they want, keep nobody else from reading."""
    with running(binary, env) as exporter:
        exporter.ask()
        idle = [socket.create_connection(("127.0.0.1", exporter.port)) for _ in range(8)]
        for number in range(20):
            one = socket.create_connection(("127.0.0.1", exporter.port))
            one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + (b"\r\n" if number % 2 else b""))
            # the RST of a close with a linger time of 0
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            one.close()
        status, _, page = exporter.ask()
        for one in idle:
            one.close()
        code, said = exporter.end()
        return None if status == 200 and "tcpwhy_watched_seconds" in page and (code, said) == (0, []) else \
            f"{status}, exit {code}, {said}"


def handed_over(binary, env):
    with running(binary, env, handed_over=True) as exporter:
        status = exporter.ask()[0]
        code, said = exporter.end()
        return None if (status, code, said) == (200, 0, []) else f"{status}, exit {code}, {said}"


def port_taken(binary, env):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run([str(binary), "--listen", f"127.0.0.1:{taken.getsockname()[1]}"], env=env,
                              capture_output=True, text=True, timeout=60)
    right = done.returncode == 5 and done.stderr.count("\n") == 1 and "Address already in use" in done.stderr
    return None if right else f"exit {done.returncode}, {done.stderr!r}"


def no_module(binary, env):
    with running(binary, env, scene="gone") as exporter:
        for _ in range(3):
            status, _, page = exporter.ask()
        if status != 200 or "tcpwhy_module_loaded 0" not in page or "tcpwhy_events_total" in page:
            return f"{status} {page}"
        said = exporter.end()[1]
        return None if len(said) == 1 else f"it said {said}"


def by_network(binary, env):
    with tempfile.TemporaryDirectory() as folder:
        networks, state = pathlib.Path(folder, "networks"), pathlib.Path(folder, "state")
        networks.write_text("203.0.113.0/24 customers\n")
        args = ("--networks", str(networks), "--state", str(state), "--top", "1")
        want = 'tcpwhy_network_events_total{network="customers",cause="paws-timewait"} 412'
        for _ in range(2):  # the second one begins with the first one's state
            with running(binary, env, *args) as exporter:
                page = exporter.ask()[2]
                code, said = exporter.end()
                if want not in page or (code, said) != (0, []):
                    return f"exit {code}, {said}, {page}"
        if len(set(re.findall(r'(?m)^tcpwhy_peer_events_total\{peer="([^"]*)"', page))) != 1:
            return page
        state.write_text("nonsense\n")
        networks.write_text("nonsense\n")
        with running(binary, env, *args) as exporter:
            for _ in range(3):  # each a look of its own
                page = exporter.ask()[2]
                time.sleep(1.1)
            code, said = exporter.end()
        problems = re.findall(r'(?m)^tcpwhy_export_problem\{problem="(\w+)"\} 1$', page)
        if problems != ["networks", "state", "version"] or len(said) != 2 or code:
            return f"exit {code}, {said}, {problems}"
        return None if state.read_text() == "nonsense\n" else "the state was written over"


def wrong_words(binary, env):
    for args, part in ((["--listen", "nowhere"], "is not an address and a port"), (["--listen", "::1:80"], "::1:80"),
                       (["--listen", "[::1]:http"], "is not an address"), (["--top", "21"], "from 1 to 20"),
                       (["--bogus"], "'--bogus' is not understood"), (["x\x1b"], "x\\x1b"), (["--listen"], "--listen")):
        done = subprocess.run([str(binary), *args], env=env, capture_output=True, text=True, timeout=60)
        if done.returncode != 4 or done.stdout or done.stderr.count("\n") != 1 or part not in done.stderr:
            return f"{args}: exit {done.returncode}, {done.stdout + done.stderr!r}"
    return None


def checks(binary, env):
    """(name, what is wrong or None) of each; none where the exporter is not built."""
    if not os.path.exists(binary):
        return
    for check in (both_formats, other_requests, cut, handed_over, port_taken, no_module, by_network, wrong_words):
        yield f"exporter: {check.__name__.replace('_', ' ')}", check(binary, env)
