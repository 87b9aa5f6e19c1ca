# SPDX-License-Identifier: Apache-2.0
"""Servers on loopback, real and lying, and the port to libcurl on its own, run as a program."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import urllib.request

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

# Everything lies in the test's folder, and runs as the user who runs the test.
CONFIG = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log combined;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type application/octet-stream;
    {servers}
}}
"""
SERVER = """
    server {{
        listen 127.0.0.1:{port}{flags};
        {tls}
        root {folder}/www;
        location /whole/ {{ alias {folder}/www/; max_ranges 0; }}
        location /gzip/ {{ alias {folder}/www/; gzip on; gzip_types *; gzip_min_length 1; }}
        location /slow/ {{ alias {folder}/www/; limit_rate {rate}; }}
        location /dated/ {{ alias {folder}/www/; etag off; }}
        location /weak/ {{ alias {folder}/www/; etag off; add_header ETag 'W/"1"'; }}
        location /nameless/ {{ alias {folder}/www/; etag off; add_header Last-Modified ""; }}
        location /long/ {{ alias {folder}/www/; etag off; add_header ETag '"{long}"'; }}
        location = /logged {{ access_log off; return 204; }}
        location = /forbidden {{ return 403; }}
        location = /login {{ return 401; }}
        location = /broken {{ return 500; }}
        location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
        location = /loop {{ return 302 /loop; }}
        location = /ftp {{ return 302 ftp://127.0.0.1/app.bin; }}
        location = /local {{ return 302 file://{folder}/www/app.bin; }}
        location = /plain {{ return 302 http://127.0.0.1:{plain}/app.bin; }}
    }}
"""
LONG = "x" * 100


def listen(port=0):
    """A socket that listens on loopback. Who holds it keeps its port, whichever process serves it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    return listener


def end_with_parent():
    """In a process that is about to start: a test that is killed leaves no server behind. Linux."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Nginx:
    """A real server with a folder to serve; plain HTTP, and with a certificate HTTPS on another port. nginx takes
    listening sockets over from the process that starts it, if NGINX names them: so no port can be lost to another
    test, and a request is answered as soon as the server is up."""

    def __init__(self, folder, certificate=None, rate="0"):
        self.folder = folder
        self.www = os.path.join(folder, "www")
        self.log = os.path.join(folder, "access.log")
        self.listeners = [listen() for _ in range(2 if certificate else 1)]
        self.port = self.listeners[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        os.makedirs(self.www, exist_ok=True)
        servers = SERVER.format(folder=folder, port=self.port, plain=self.port, flags="", tls="", rate=rate, long=LONG)
        if certificate:
            secure = self.listeners[1].getsockname()[1]
            self.secure_url = f"https://127.0.0.1:{secure}"
            tls = f"ssl_certificate {certificate}.pem; ssl_certificate_key {certificate}.key;"
            servers += SERVER.format(folder=folder, port=secure, plain=self.port, flags=" ssl", tls=tls, rate=rate,
                                     long=LONG)
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=folder, servers=servers, user="user root;" if os.geteuid() == 0 else ""))
        self.start()

    def start(self):
        sockets = [listener.fileno() for listener in self.listeners]
        environment = {**os.environ, "NGINX": "".join(f"{number};" for number in sockets)}
        self.process = subprocess.Popen(
            [NGINX, "-p", self.folder, "-c", os.path.join(self.folder, "nginx.conf"),
             "-e", os.path.join(self.folder, "error.log")],
            env=environment, pass_fds=sockets, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=end_with_parent)

    def kill(self):
        """End it in the middle of whatever it does; connections break, and new ones wait for the next start."""
        # The master and its worker are a session of their own.
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def leave(self):
        """End it, and the port is free: connections are refused."""
        self.kill()
        for listener in self.listeners:
            listener.close()

    def publish(self, name, data):
        """Put a file there, at once: whoever reads the old one goes on with that."""
        path = os.path.join(self.www, name)
        with open(path + ".new", "wb") as file:
            file.write(data)
        os.replace(path + ".new", path)
        return path

    def requests(self):
        """Statuses and bytes of the bodies so far, for each request line."""
        # A request is logged behind its last byte, which its client may have by then; but before the next one is read.
        if self.process.poll() is None:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + "/logged", timeout=50).close()
        with open(self.log, encoding="utf-8") as file:
            return [(words[5].strip('"') + " " + words[6], int(words[8]), int(words[9]))
                    for words in (line.split() for line in file)]


class Request:
    def __init__(self, raw):
        lines = raw.decode().split("\r\n")
        self.path = lines[0].split()[1]
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def offset(self):
        """First byte of the range that is asked for; 0: the whole."""
        return int(self.headers.get("range", "bytes=0-")[6:-1])


class Liar:
    """Answers each request with what answer(request) returns: bytes, or several pieces of them; HOLD keeps the
    connection open and silent behind them until the test is over, RESET breaks it."""
    HOLD = object()
    RESET = object()

    def __init__(self, answer):
        self.answer = answer
        self.seen = []
        self.over = threading.Event()
        self.listener = listen()
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        raw = b""
        with connection:
            while not raw.endswith(b"\r\n\r\n"):
                got = connection.recv(4096)
                if not got:
                    return
                raw += got
            request = Request(raw[:-4])
            self.seen.append(request)
            answer = self.answer(request)
            try:
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    if piece is self.HOLD:
                        self.over.wait(60)
                    elif piece is self.RESET:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                    else:
                        connection.sendall(piece)
            except OSError:
                pass

    def stop(self):
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def head(status, *fields):
    """The head of an answer after which the connection ends."""
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "Connection: close", "", ""]).encode()


def certificate(folder, name="server"):
    """A certificate that signs itself, for 127.0.0.1: NAME.pem and NAME.key. Returns the path without the ends."""
    path = os.path.join(folder, name)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", path + ".key", "-out", path + ".pem", "-days", "2", "-subj", "/CN=" + name,
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return path


def pattern(size, seed=0):
    return bytes((i * 7 + i // 251 + seed) % 251 for i in range(size))


class Steps:
    """Lines that fetch has printed, and the bytes it has read."""

    def __init__(self, out, path):
        self.lines = out.splitlines()
        with open(path, "rb") as file:
            self.data = file.read()

    def opens(self):
        """For each open: (size, offset, validator), or the errno."""
        return [self._open(line) for line in self.lines if line.startswith("open ")]

    @staticmethod
    def _open(line):
        words = line.split(" ")
        return (int(words[2]), int(words[3]), bytes.fromhex(words[4])) if words[1] == "0" else -int(words[1])

    def reads(self):
        """For each read: (bytes, errno or 0)."""
        return [(int(words[1]), -int(words[3])) for words in (line.split(" ") for line in self.lines)
                if words[0] == "read"]

    def errors(self):
        """What the port said of each failure."""
        return [" ".join(words[2 if words[0] == "open" else 4:]) for words in (line.split(" ") for line in self.lines)
                if (words[0] == "open" and words[1] != "0") or (words[0] == "read" and words[3] != "0")]


class ServerTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="slotwise-http-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def nginx(self, **more):
        server = Nginx(self.folder, **more)
        self.addCleanup(server.leave)
        return server

    def liar(self, answer):
        server = Liar(answer)
        self.addCleanup(server.stop)
        return server

    def start(self, host, file, *steps, **options):
        """fetch, begun; the steps may hold "ask"."""
        out = os.path.join(self.folder, "out")
        words = [f"{name}={value}" for name, value in options.items()]
        process = subprocess.Popen(
            [os.environ["FETCH"], *words, host, file, out, *map(str, steps)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")})
        self.addCleanup(lambda: process.poll() is None and process.kill())
        process.path = out
        process.before = ""
        return process

    def come_to_ask(self, process):
        """Let fetch run until it asks."""
        line = process.stdout.readline()
        while line not in ("ask\n", ""):
            process.before += line
            line = process.stdout.readline()
        self.assertEqual(line, "ask\n", process.stderr)

    def end(self, process):
        """Let fetch run to its end."""
        out, err = process.communicate("\n", timeout=50)
        self.assertEqual(process.returncode, 0, err)
        return Steps(process.before + out, process.path)

    def fetch(self, host, file, *steps, **options):
        return self.end(self.start(host, file, *steps, **options))
