"""A headless Chromium, driven over the pipes of its DevTools protocol: messages of JSON that end in a zero byte.
The standard library is all it needs; no port is opened."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 60  # for an answer; machines under load are slow


def find():
    """$IMPASTO_CHROMIUM, or what PATH has; None without one."""
    named = os.environ.get("IMPASTO_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def pipe():
    """Both ends, away from 3 and 4, where the browser wants its own."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high


class Browser:
    """With one page. `events` has all it reported."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.log = os.path.join(self.folder.name, "stderr")
        theirs_in, self.to = pipe()
        self.from_, theirs_out = pipe()
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--no-first-run", "--hide-scrollbars", "--force-color-profile=srgb", "--enable-logging=stderr",
                   "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}/profile", "about:blank"]
        self.process = os.posix_spawn(program, command, os.environ, setpgroup=0, file_actions=[
            (os.POSIX_SPAWN_DUP2, theirs_in, 3), (os.POSIX_SPAWN_DUP2, theirs_out, 4),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, self.log, os.O_WRONLY | os.O_CREAT, 0o600)])
        os.close(theirs_in)
        os.close(theirs_out)
        self.bytes, self.number, self.session, self.events = b"", 0, None, []
        target = next(one for one in self.send("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def message(self, end):
        while b"\0" not in self.bytes:
            if not select.select([self.from_], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            more = os.read(self.from_, 1 << 16)
            if not more:
                raise ConnectionError("the browser has gone")
            self.bytes += more
        raw, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(raw)

    def send(self, method, **parameters):
        """The answer to it."""
        self.number += 1
        order = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.to, json.dumps(order).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while True:
            message = self.message(end)
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, address):
        self.send("Page.navigate", url=address)
        end = time.monotonic() + SECONDS
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message(end))

    def show(self, width, scheme):
        """As wide as a window or a phone, light or dark."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                  mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def value(self, script):
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def screenshot(self, box=None):
        """A PNG of the whole page, or of [left, top, right, bottom] of it."""
        more = {}
        if box:
            left, top, right, bottom = box
            more["clip"] = {"x": left, "y": top, "width": right - left, "height": bottom - top, "scale": 1}
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, **more)
        return base64.b64decode(answer["data"])

    def reported(self, *methods):
        return [event["params"] for event in self.events if event.get("method") in methods]

    def close(self):
        for end in (self.to, self.from_):
            os.close(end)
        with open(self.log, encoding="utf-8", errors="replace") as log:
            said = log.read()
        deadline = time.monotonic() + 10
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.killpg(self.process, signal.SIGKILL)
            time.sleep(0.05)
        self.folder.cleanup()
        return said
