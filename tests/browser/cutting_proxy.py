"""A TCP proxy that cuts connections at random places: in requests, in answers and in the stream of events."""

from __future__ import annotations

import random
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)  # close with RST instead of FIN


class CuttingProxy:
    """Stands in front of `port`; cuts until `most` connections were cut, then leaves all in peace."""

    def __init__(self, port, most, seed):
        self.cuts = 0
        self._port, self._most, self._random = port, most, random.Random(seed)
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._cutting = False
        threading.Thread(target=self._accept, daemon=True).start()

    def start_cutting(self):
        self._cutting = True

    def stop(self):
        self._listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            with self._lock:
                left = [self._random.randint(0, 4000)]  # bytes, both ways together
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, target, client, server, left), daemon=True).start()

    def _pump(self, source, target, client, server, left):
        try:
            while data := source.recv(65536):
                with self._lock:
                    cuts_now = False
                    if self._cutting and self.cuts < self._most:
                        cuts_now = 0 <= left[0] < len(data)
                        allowed, left[0] = left[0], left[0] - len(data)
                        self.cuts += cuts_now
                        resets = self._random.random() < 0.5
                if cuts_now:
                    target.sendall(data[:allowed])
                    if resets:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    break
                target.sendall(data)
        except OSError:
            pass
        for one in (client, server):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
