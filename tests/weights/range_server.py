#!/usr/bin/env python3
"""A web server on the loopback device for the tests of downloads.

    range_server.py FILE        prints its port; ends when its input does, after two minutes at most

The address says how it behaves:
    /file       FILE, whole or from where a Range header asks
    /plain      the same, but it knows no ranges
    /cut        the connection breaks after half of what was asked for
    /other      another file of the same length
    /long       more bytes than FILE has, without telling the length
    /endless    announces FILE and then sends nothing
anything else is missing (404). /log lists the requests so far: path and Range header.
"""
import http.server
import os
import pathlib
import signal
import sys
import threading

CONTENT = pathlib.Path(sys.argv[1]).read_bytes()
LOG = []


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def start(self, status, length, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send_whole(self, content):
        self.start(200, len(content))
        self.wfile.write(content)

    def send_range(self, cut):
        begin = int(self.headers["Range"][len("bytes="):-1]) if "Range" in self.headers else 0
        if begin >= len(CONTENT):
            return self.start(416, 0, Content_Range=f"bytes */{len(CONTENT)}")
        rest = CONTENT[begin:]
        where = f"bytes {begin}-{len(CONTENT) - 1}/{len(CONTENT)}"
        self.start(206 if begin else 200, len(rest), Content_Range=where)
        self.wfile.write(rest[:(len(rest) + 1) // 2] if cut else rest)

    def do_GET(self):
        if self.path == "/log":
            return self.send_whole("".join(f"{line}\n" for line in LOG).encode())
        LOG.append(f"{self.path} {self.headers.get('Range', '-')}")
        if self.path in ("/file", "/cut"):
            return self.send_range(self.path == "/cut")
        if self.path == "/plain":
            return self.send_whole(CONTENT)
        if self.path == "/other":
            return self.send_whole(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
        if self.path == "/long":
            self.start(200, None)
            return self.wfile.write(CONTENT + b"x")
        if self.path == "/endless":
            self.start(200, len(CONTENT))
            self.wfile.write(CONTENT[:100])
            self.wfile.flush()
            return threading.Event().wait()
        return self.start(404, 0)


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


signal.alarm(120)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=end_with_parent, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
