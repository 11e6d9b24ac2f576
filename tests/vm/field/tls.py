# SPDX-License-Identifier: GPL-2.0
"""Healthy HTTPS, and balancers that look whether somebody lives: nobody loses a byte."""
import time

from lib import expect
from lib.field import mechanism
from lib.https import Https
from lib.lab import Lab, listens, needs
from lib.web import Web

CHECKS = """
global
    maxconn 200
defaults
    mode {mode}
    timeout connect 20s
    timeout client 60s
    timeout server 60s
    timeout check 20s
listen f
    bind :8080
    {option}
    server app 10.9.0.1:80 check inter 200
"""


@mechanism("nginx/nginx#627, reactor/reactor-netty#2839, golang/go#71172, envoyproxy/envoy#41265",
           "healthy HTTPS: close_notify comes after the other side's close()", today=("right", "partly"))
def close_notify(case):
    with Https() as lab:
        for port in lab.ports:
            lab.requests(port, 2)
        time.sleep(0.5)
        # Now and then a RST crosses the last words.
        case.quiet("server", lab.server)
        case.quiet("client", lab.client)
        expect.true("servers", len(lab.ports) >= 4)


def checks(case, mode, option):
    """HAProxy asks nginx every now and then whether it lives."""
    with Lab("server balancer") as lab:
        needs(lab.balancer, "haproxy")
        lab.lan(lab.server, lab.balancer)
        web = lab.keep(Web(lab.server, 80))
        lab.balancer.start("haproxy", "-db", "-f", lab.file(CHECKS.format(mode=mode, option=option), ".cfg"), stderr=-3, stdout=-3)
        listens(lab.balancer, 8080)
        time.sleep(6)
        expect.equal("nginx runs", web.program.poll(), None)
        case.quiet("server", lab.server)
        case.quiet("balancer", lab.balancer)


@mechanism("cockroachdb/cockroach#16084, alibaba/tengine#720", "health checks of TCP: connect, and away")
def tcp_checks(case):
    checks(case, "tcp", "")


@mechanism("haproxy/haproxy#560, patroni/patroni#2278",
           "health checks of HTTP, which HAProxy ends with a RST", today=("right", "partly"),
           why="Where the server's last words have been acknowledged, each end says what its program did, and that is a RST.")
def http_checks(case):
    checks(case, "http", "option httpchk GET /")


@mechanism("haproxy/haproxy#560: HAProxy closes its own connections to servers with SO_LINGER 0",
           "a balancer that speaks TLS to its servers says goodbye, and resets", today=("right", "partly"),
           why="As with checks of HTTP.")
def balancer_resets(case):
    with Https() as lab:
        for _ in range(5):
            expect.equal("answer", lab.client.run("curl", "-sS", "--noproxy", "*", "http://10.9.0.1:8081/").stdout, "hello\n")
        case.quiet("server", lab.server)
        case.quiet("client", lab.client)
