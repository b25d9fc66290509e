#!/usr/bin/python3
"""What RFC 6455 allows and what it forbids, sent to the web door by Autobahn (Debian's python3-autobahn), for
t/43-web-clients.bats. Autobahn also holds each frame of the door's to the same rules, and would close over it.

frames.py PORT    each of rows() over a connection of its own; prints what went wrong, and how many rows there are
"""
import asyncio
import sys

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.types import ConnectionDeny

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
AT_ONCE = 16  # connections


def frame(opcode, payload=b"", **how):
    """how: fin, rsv, chopsize as for Autobahn's sendFrame; mask=False for a frame without one."""
    return opcode, payload, how


def end(code, reason=b""):
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


ASK = frame(TEXT, b"PING :still here")
# Halves of one text.
FIRST, REST = frame(TEXT, b"PING :two ", fin=False), frame(0, b"halves")

# By the tables of Unicode's section 3.9, and RFC 3629.
GOOD_TEXT = [
    "κόσμε", "a\u0080b", "a\u07ffb", "a\u0800b", "a\ud7ffb", "a\ue000b", "a\ufffdb", "a\uffffb", "a\U00010000b", "a\U0010ffffb", "a\ufdd0b",
    "a\U0001fffeb", "\ufeffa",
]
BAD_TEXT = {
    "cut short": [b"\xce", b"\xe1\xbd", b"\xf0\x9d\x84"],
    "cut short, and going on": [b"\xceb", b"\xe1\xbdb", b"\xf0\x9d\x84b", b"\xc3\xc3\xa9"],
    "a continuation alone": [b"\x80", b"\xbf", b"\x80\xbf", b"\xc3\xa9\xa9"],
    "too long a form": [b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf"],
    "a surrogate": [b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80"],
    "beyond the last": [b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf"],
    "of five and six": [b"\xf8\x88\x80\x80\x80", b"\xfb\xbf\xbf\xbf\xbf", b"\xfc\x84\x80\x80\x80\x80", b"\xfd\xbf\xbf\xbf\xbf\xbf"],
    "no byte of it": [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"],
}


def rows():
    """(name, subprotocol, frames, what must come: the code of the door's close, "pong", or "PONG" from the server)"""
    for category in (framing, pings, reserved, opcodes, fragments, utf8, closing):
        for name, frames, expected, *protocol in category():
            yield f"{category.__name__}: {name}", (protocol or ["text.ircv3.net"])[0], frames, expected


def framing():
    for opcode, protocol in ((TEXT, "text.ircv3.net"), (BINARY, "binary.ircv3.net")):
        for n in (8, 125, 126, 127, 128, 510):
            for chopsize in (None, 1, 97):
                if n < 510 or chopsize != 1:
                    yield f"{n} bytes, {chopsize or 'all'} at a time", [frame(opcode, b"PING :".ljust(n, b"*"), chopsize=chopsize)], "PONG", protocol
        yield "nothing", [frame(opcode), ASK if opcode == TEXT else frame(BINARY, ASK[1])], "PONG", protocol
        for n in (8192, 65535, 65536, 131072):
            yield f"{n} bytes", [frame(opcode, b"PING :".ljust(n, b"*"))], 1009, protocol
        yield "without a mask", [frame(opcode, ASK[1], mask=False)], 1002, protocol
    yield "bytes where text was agreed on", [frame(BINARY, ASK[1])], 1003
    yield "text where bytes were agreed on", [ASK], "PONG", "binary.ircv3.net"


def pings():
    for n in (0, 8, 125):
        for chopsize in (None, 1):
            yield f"of {n} bytes, {chopsize or 'all'} at a time", [frame(PING, b"\xfe" * n, chopsize=chopsize)], "pong"
    yield "of 126 bytes", [frame(PING, b"p" * 126)], 1002
    yield "a pong of 126 bytes", [frame(PONG, b"p" * 126)], 1002
    yield "a pong nobody asked for", [frame(PONG, b"p"), ASK], "PONG"
    yield "pongs and a ping", [frame(PONG), frame(PONG, b"p"), frame(PING, b"last")], "pong"
    yield "ten at once", [frame(PING, b"%d" % i) for i in range(9)] + [frame(PING, b"last")], "pong"
    yield "without a mask", [frame(PING, b"p", mask=False)], 1002


def reserved():
    for rsv in range(1, 8):
        for opcode in (TEXT, BINARY, CLOSE, PING, PONG):
            yield f"{rsv} in opcode {opcode}", [frame(opcode, b"\x03\xe8", rsv=rsv)], 1002
        yield f"{rsv} behind what is right", [ASK, frame(TEXT, ASK[1], rsv=rsv), frame(PING)], 1002
        yield f"{rsv} in a continuation", [FIRST, frame(0, b"halves", rsv=rsv)], 1002


def opcodes():
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield f"{opcode}", [frame(opcode)], 1002
        yield f"{opcode} with something in it, chopped", [frame(opcode, b"PING :a", chopsize=1)], 1002
        yield f"{opcode} among what is right", [ASK, frame(opcode, b"a"), frame(PING)], 1002


def fragments():
    for opcode in (PING, PONG, CLOSE):
        yield f"opcode {opcode} in two", [frame(opcode, fin=False), frame(0)], 1002
    for chopsize in (None, 1):
        yield f"a text in two, {chopsize or 'all'} at a time", [frame(TEXT, FIRST[1], fin=False, chopsize=chopsize), frame(0, b"", chopsize=chopsize)], "PONG"
    yield "a text in two with a ping between", [FIRST, frame(PING, b"last"), REST], "pong"
    yield "the text behind that ping", [FIRST, frame(PING), REST], "PONG"
    yield "a text in five with pings and pongs between", [FIRST] + [part for i in range(3) for part in (
        frame(PING, b"%d" % i), frame(0, b"more ", fin=False), frame(PONG, b"%d" % i))] + [REST], "PONG"
    yield "parts that are empty", [frame(TEXT, fin=False), frame(0, ASK[1], fin=False), frame(0)], "PONG"
    for fin in (True, False):
        yield f"a continuation of nothing, fin {fin}", [frame(0, b"PING :a", fin=fin), ASK], 1002
        yield f"a continuation behind a whole text, fin {fin}", [ASK, frame(0, b"PING :a", fin=fin)], 1002
        yield f"a text within a text, fin {fin}", [FIRST, frame(TEXT, b"PING :a", fin=fin)], 1002
        yield f"bytes within a text, fin {fin}", [FIRST, frame(BINARY, b"PING :a", fin=fin)], 1002
    yield "too much in parts", [FIRST] + [frame(0, b"*" * 1000, fin=False)] * 9, 1009
    yield "a close within a text", [FIRST, end(1000)], 1000


def utf8():
    for text in GOOD_TEXT:
        whole = f"PING :{text}".encode()
        yield f"{text!a}", [frame(TEXT, whole)], "PONG"
        yield f"{text!a}, each byte a fragment", [frame(TEXT, fin=False)] + [frame(0, whole[i:i + 1], fin=False) for i in range(len(whole))] + [frame(0)], "PONG"
    for why, texts in BAD_TEXT.items():
        for text in texts:
            whole = b"PING :" + text
            yield f"{why}: {text}", [frame(TEXT, whole), ASK], 1007
            yield f"{why}: {text}, each byte a fragment", [frame(TEXT, fin=False)] + [frame(0, whole[i:i + 1], fin=False) for i in range(len(whole))] + [frame(0)], 1007
    for text in BAD_TEXT["beyond the last"] + BAD_TEXT["a surrogate"] + BAD_TEXT["no byte of it"]:
        yield f"{text} in a fragment whose message never ends", [frame(TEXT, b"PING :" + text, fin=False)], 1007


def closing():
    yield "without a code", [frame(CLOSE)], None
    yield "a text behind it", [end(1000), ASK], 1000
    yield "a ping behind it", [end(1000), frame(PING, b"last")], 1000
    yield "a second", [end(1000), end(1001)], 1000
    yield "one byte", [frame(CLOSE, b"\x03")], 1002
    yield "a reason as long as can be", [end(1000, b"*" * 123)], 1000
    yield "a longer reason", [end(1000, b"*" * 124)], 1002
    yield "without a mask", [frame(CLOSE, b"\x03\xe8", mask=False)], 1002
    for texts in BAD_TEXT.values():
        yield f"a reason with {texts[0]}", [end(1000, texts[0])], 1007
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
        yield f"with {code}", [end(code, "è finita".encode())], code
    for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        yield f"with {code}", [end(code, b"it is over")], 1002


class Client(WebSocketClientProtocol):
    """One connection for one row. outcome: what came of it."""

    def onConnect(self, response):
        if response.protocol != self.factory.protocols[0]:
            raise ConnectionDeny(0, f"the door speaks {response.protocol!r}")

    def onOpen(self):
        opcode = TEXT if self.factory.protocols[0].startswith("text") else BINARY
        for line in (b"NICK r%d" % self.factory.number, b"USER r 0 * :r"):
            self.sendFrame(opcode, line)
        for code, payload, how in self.factory.frames:
            how = dict(how)
            self.maskClientFrames = how.pop("mask", True)
            self.sendFrame(code, payload, **how)
        self.maskClientFrames = True

    def onMessage(self, payload, isBinary):
        if self.factory.expected == "PONG" and b" PONG " in payload:
            self.ends_with("PONG")

    def onPong(self, payload):
        last = [part for opcode, part, _ in self.factory.frames if opcode == PING][-1:]
        if self.factory.expected == "pong" and [payload] == last:
            self.ends_with("pong")

    def onClose(self, wasClean, code, reason):
        if not wasClean:
            self.ends_with(f"an end that is not in order: {code}, {reason}")
        else:
            self.ends_with(self.remoteCloseCode)

    def ends_with(self, outcome):
        if not self.factory.outcome.done():
            self.factory.outcome.set_result(outcome)
        self.transport.abort()


async def row(port, number, protocol, frames, expected):
    factory = WebSocketClientFactory(f"ws://localhost:{port}", protocols=[protocol])
    # The door ends the connection, and in its own time.
    factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0, serverConnectionDropTimeout=0, failByDrop=False)
    factory.protocol = Client
    factory.number, factory.frames, factory.expected = number, frames, expected
    factory.outcome = asyncio.get_running_loop().create_future()
    await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", port)
    return await factory.outcome


async def main(port):
    turns = asyncio.Semaphore(AT_ONCE)
    wrong = 0

    async def one(number, name, protocol, frames, expected):
        nonlocal wrong
        async with turns:
            outcome = await row(port, number, protocol, frames, expected)
        if outcome != expected:
            wrong += 1
            print(f"{name} ({protocol}): {outcome!r}, and not {expected!r}", flush=True)

    table = list(rows())
    await asyncio.gather(*(one(number, *what) for number, what in enumerate(table)))
    print(f"{len(table)} rows")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]))))
