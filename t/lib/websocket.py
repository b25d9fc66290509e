#!/usr/bin/env python3
"""A WebSocket client that can do what is forbidden, for t/40-web*.bats.

websocket.py bridge PORT [PROTOCOL]   prints a port of 127.0.0.1; a line said there is a message of a connection to PORT,
                                      and each message of it a line, with the close frame as "CLOSE code". Pings: "PING".
websocket.py frames PORT              sends each row of FRAMES over a connection of its own; prints what went wrong, and
                                      how many rows there are
"""
import os
import socket
import struct
import sys
import threading

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def frame(first, body=b"", mask=True, length=None):
    """first: FIN, reserved bits and opcode. length: 7, 16 or 64 bits for it, however short it is."""
    n = len(body)
    size = length or (7 if n < 126 else 16 if n < 65536 else 64)
    bit = 0x80 if mask else 0
    head = bytes([first])
    if size == 7:
        head += bytes([bit | n])
    elif size == 16:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", n)
    if not mask:
        return head + body
    key = os.urandom(4)
    return head + key + bytes(c ^ key[i % 4] for i, c in enumerate(body))


class Connection:
    def __init__(self, port, protocol=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.bytes = b""
        more = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
        self.socket.sendall((f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n").encode())
        while b"\r\n\r\n" not in self.bytes:
            if not self.fill():
                raise SystemExit(f"no handshake: {self.bytes!r}")
        self.head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        if b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" not in self.head:
            raise SystemExit(f"no handshake: {self.head!r}")

    def fill(self):
        try:
            got = self.socket.recv(65536)
        except ConnectionError:
            got = b""
        self.bytes += got
        return len(got) > 0

    def send(self, data):
        try:
            self.socket.sendall(data)
        except ConnectionError:
            pass

    def take(self, n):
        while len(self.bytes) < n:
            if not self.fill():
                return None
        out, self.bytes = self.bytes[:n], self.bytes[n:]
        return out

    def next(self):
        """(opcode, body) of the next frame, which must be as the server's must be; None at the end."""
        head = self.take(2)
        if head is None:
            return None
        assert head[0] & 0xF0 == 0x80 and not head[1] & 0x80, head
        n = head[1]
        if n == 126:
            n, = struct.unpack(">H", self.take(2))
            assert n > 125
        assert n != 127
        body = self.take(n)
        return None if body is None else (head[0] & 15, body)


def close(code, reason=b""):
    return frame(0x88, struct.pack(">H", code) + reason)


BAD_UTF8 = [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xff", b"\xf8\x88\x80\x80\x80",
            b"\xc3(", b"a\xc3"]
GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
BAD_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


def rows():
    """(name, bytes, what must come: a code of a close frame, None for one without, or an answer)"""
    yield "text", frame(0x81, b"PING :a"), "PONG"
    yield "text with a line end", frame(0x81, b"PING :a\r\n"), "PONG"
    yield "empty text", frame(0x81) + frame(0x81, b"PING :a"), "PONG"
    for n in (125, 126, 127, 128, 400):
        yield f"text of {n} bytes", frame(0x81, b"PING :" + b"a" * (n - 6)), "PONG"
    for pieces in (1, 3, 7):
        body = b"PING :fragments"
        cut = [body[i:i + pieces] for i in range(0, len(body), pieces)]
        whole = b"".join(frame((0x80 if i == len(cut) - 1 else 0) | (0 if i else 1), part) + (b"" if i == len(cut) - 1 else frame(0x89, b"x") + frame(0x8A))
                         for i, part in enumerate(cut))
        yield f"fragments of {pieces}", whole, "PONG"
    yield "utf-8 across fragments", frame(1, b"PING :\xe2\x82") + frame(0x80, b"\xac"), "PONG"
    for n in (0, 1, 125):
        yield f"ping of {n} bytes", frame(0x89, b"p" * n), ("pong", b"p" * n)
    yield "pongs nobody asked for", frame(0x8A) + frame(0x8A, b"x") + frame(0x81, b"PING :a"), "PONG"
    yield "close", frame(0x88), None
    for code in GOOD_CODES:
        yield f"close {code}", close(code, "ciao é".encode()), code
    yield "close of 125 bytes", close(1000, b"x" * 123), 1000
    yield "what follows a close", close(1000) + frame(0x81, b"PING :a"), 1000
    for code in BAD_CODES:
        yield f"close {code}", close(code), 1002
    yield "close of one byte", frame(0x88, b"\x03"), 1002
    for bad in BAD_UTF8:
        yield f"close with {bad}", close(1000, bad), 1007
        yield f"text {bad}", frame(0x81, b"PING " + bad), 1007
        yield f"text {bad} in fragments", frame(1, b"PING " + bad[:1]) + frame(0x80, bad[1:]), 1007
        yield f"text {bad} whose end never comes", frame(1, b"PING " + bad + b"(" * (bad == b"a\xc3")), 1007
    for bit in (0x10, 0x20, 0x40, 0x70):
        for opcode in (1, 2, 8, 9, 10):
            yield f"reserved bit {bit:x} of opcode {opcode}", frame(0x80 | bit | opcode, b"\x03\xe8" if opcode == 8 else b"a"), 1002
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        for body in (b"", b"a", b"a" * 126):
            yield f"opcode {opcode} of {len(body)} bytes", frame(0x80 | opcode, body), 1002
    for opcode in (8, 9, 10):
        yield f"opcode {opcode} in fragments", frame(opcode, b""), 1002
        for n in (126, 65536):
            yield f"opcode {opcode} of {n} bytes", frame(0x80 | opcode, b"a" * n), 1002
    for opcode in (1, 2, 8, 9, 10):
        yield f"opcode {opcode} without a mask", frame(0x80 | opcode, b"\x03\xe8", mask=False), 1002
    for bits, n in ((16, 0), (16, 125), (64, 0), (64, 125), (64, 126), (64, 65535)):
        yield f"{n} bytes with a length of {bits} bits", frame(0x81, b"a" * n, length=bits), 1002
    yield "a length of 64 bits with the first set", b"\x81\xff\x80" + b"\0" * 7 + b"mask", 1002
    yield "the longest length there is", b"\x81\xff\x7f" + b"\xff" * 7 + b"mask", 1009
    yield "continuation of nothing", frame(0x80, b"a"), 1002
    yield "continuation of nothing, unfinished", frame(0, b"a"), 1002
    yield "continuation of what is finished", frame(0x81, b"") + frame(0x80, b"b"), 1002
    yield "a text inside another", frame(1, b"a") + frame(0x81, b"b"), 1002
    yield "bytes inside a text", frame(1, b"a") + frame(0x82, b"b"), 1002
    yield "bytes where text was agreed on", frame(0x82, b"PING :a"), 1003
    yield "the longest text", frame(0x81, b"@+a=" + b"x" * 4089 + b" PING :a"), "PONG"
    yield "text that is too long", frame(0x81, b"a" * 4607), 1009
    yield "text that is too long in fragments", frame(1, b"a" * 4606) + frame(0, b"") + frame(0x80, b"a"), 1009


def outcome(connection):
    while True:
        got = connection.next()
        if got is None:
            return "an end without a close frame"
        opcode, body = got
        if opcode == 8:
            return struct.unpack(">H", body[:2])[0] if body else None
        if opcode == 10 and body != b"x":
            return "pong", body
        if opcode == 1 and b" PONG " in body:
            return "PONG"


def ends(connection):
    """Whether nothing comes behind a close frame but the end."""
    while not connection.bytes:
        if not connection.fill():
            return True
    return False


def frames(port):
    count = wrong = 0
    for name, data, expected in rows():
        count += 1
        connection = Connection(port)
        connection.send(frame(0x81, b"NICK f%d" % count) + frame(0x81, b"USER f 0 * :f"))
        connection.send(data)
        got = outcome(connection)
        if got != expected:
            wrong += 1
            print(f"{name}: {got!r}, and not {expected!r}")
        elif (expected is None or isinstance(expected, int)) and not ends(connection):
            wrong += 1
            print(f"{name}: more comes behind the close frame")
        connection.socket.close()
    print(f"{count} rows")
    return wrong > 0


def bridge_one(local, port, protocol):
    remote = Connection(port, protocol)
    kind = 0x82 if protocol and protocol.startswith("binary") else 0x81

    def outward():
        while True:
            got = remote.next()
            if got is None:
                break
            opcode, body = got
            if opcode == 8:
                body = b"CLOSE " + (str(struct.unpack(">H", body[:2])[0]).encode() if body else b"-")
            elif opcode == 9:
                remote.send(frame(0x8A, body))
                body = b"PING"
            elif opcode == 10:
                continue
            elif opcode != kind & 15:
                body = b"OPCODE %d" % opcode
            try:
                local.sendall(body + b"\n")
            except OSError:
                break
        try:
            local.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    thread = threading.Thread(target=outward, daemon=True)
    thread.start()
    for line in local.makefile("rb"):
        remote.send(frame(kind, line.rstrip(b"\r\n")))
    remote.send(frame(0x88))
    thread.join()
    remote.socket.close()


def bridge(port, protocol):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        local, _ = listener.accept()
        threading.Thread(target=bridge_one, args=(local, port, protocol), daemon=True).start()


if __name__ == "__main__":
    if sys.argv[1] == "frames":
        sys.exit(frames(int(sys.argv[2])))
    bridge(int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
