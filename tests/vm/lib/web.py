# SPDX-License-Identifier: GPL-2.0
"""nginx in a namespace."""
import os
import tempfile

from . import expect

CONFIG = """
daemon off; master_process off; error_log stderr; pid {dir}/pid;
events {{ }}
http {{
    access_log off; keepalive_timeout {keepalive};
    client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};
    uwsgi_temp_path {dir}; scgi_temp_path {dir};
    server {{
        listen *:{port}{tls}; listen [::]:{port}{tls};
        {certificate}
        location / {{ return 200 "hello\\n"; }}
        # With SSI nginx knows no length to tell.
        location /no-length {{ ssi on; ssi_types *; return 200 "hello\\n"; }}
    }}
}}
"""


# A key that is no secret, and the certificate of it.
PEM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site.pem")
CERTIFICATE = f"ssl_certificate {PEM}; ssl_certificate_key {PEM};"


class Web:
    """It listens when this is made. With `keepalive` 0 it closes first after each answer."""

    def __init__(self, namespace, port, keepalive=60, tls=False):
        self.dir = tempfile.TemporaryDirectory()
        path = os.path.join(self.dir.name, "nginx.conf")
        with open(path, "w") as f:
            f.write(CONFIG.format(dir=self.dir.name, port=port, keepalive=keepalive,
                                  tls=" ssl" if tls else "", certificate=CERTIFICATE if tls else ""))
        self.program = namespace.start("nginx", "-c", path)
        expect.eventually("nginx listens", lambda: f":{port:04X} " in namespace.read("tcp6"))

    def close(self):
        self.program.kill()
        self.program.wait()
        self.dir.cleanup()
