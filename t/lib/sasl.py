"""SCRAM-SHA-256 by Python's own hashlib, independent of ours, against the irc door.

sasl.py PORT scram ACCOUNT PASSWORD [WRONG...]   in, after the wrong ones: prints each outcome
sasl.py PORT plain ACCOUNT PASSWORD
sasl.py PORT same  ACCOUNT                       the salt and rounds that the server tells, asked twice
"""
import base64
import hashlib
import hmac
import os
import socket
import sys


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(120)
        self.lines = self.socket.makefile("rb")
        self.send("CAP REQ :sasl")
        self.until("ACK")

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def until(self, *words):
        for line in self.lines:
            line = line.decode().rstrip()
            if any(word in line for word in words):
                return line
        raise EOFError("the connection ended")

    def answer(self):
        return self.until("AUTHENTICATE", " 904 ", " 905 ", " 906 ", " 908 ")

    def give(self, message):
        text = base64.b64encode(message).decode()
        for at in range(0, len(text), 400):
            self.send("AUTHENTICATE " + text[at : at + 400])
        if len(text) % 400 == 0:
            self.send("AUTHENTICATE +")


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def first(client, account):
    client.send("AUTHENTICATE SCRAM-SHA-256")
    client.until("AUTHENTICATE +")
    nonce = base64.b64encode(os.urandom(15)).decode()
    bare = "n=%s,r=%s" % (account.replace("=", "=3D").replace(",", "=2C"), nonce)
    client.give(("n,," + bare).encode())
    line = client.answer()
    if "AUTHENTICATE" not in line:
        return bare, None, None
    message = base64.b64decode(line.split()[-1]).decode()
    values = dict(part.split("=", 1) for part in message.split(","))
    assert values["r"].startswith(nonce) and len(values["r"]) > len(nonce) + 10
    return bare, message, values


def scram(client, account, password):
    bare, message, values = first(client, account)
    if not message:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(values["s"]), int(values["i"]))
    key = mac(salted, b"Client Key")
    final = "c=biws,r=" + values["r"]
    talk = ("%s,%s,%s" % (bare, message, final)).encode()
    proof = bytes(a ^ b for a, b in zip(key, mac(hashlib.sha256(key).digest(), talk)))
    client.give((final + ",p=" + base64.b64encode(proof).decode()).encode())
    line = client.answer()
    if "AUTHENTICATE" not in line:
        return False
    signature = mac(mac(salted, b"Server Key"), talk)
    assert base64.b64decode(line.split()[-1]).decode() == "v=" + base64.b64encode(signature).decode()
    client.send("AUTHENTICATE +")
    client.until(" 903 ")
    return True


def main():
    port, what, account, *passwords = sys.argv[1:]
    client = Client(int(port))
    if what == "same":
        told = []
        for _ in range(2):
            told.append(first(client, account)[2])
            client.send("AUTHENTICATE *")
            client.until(" 906 ")
        assert told[0]["s"] == told[1]["s"] and told[0]["i"] == told[1]["i"]
        print(told[0]["s"], told[0]["i"])
    elif what == "plain":
        client.send("AUTHENTICATE PLAIN")
        client.until("AUTHENTICATE +")
        client.give(("\0%s\0%s" % (account, passwords[0])).encode())
        print(client.until(" 900 ", " 904 "))
    else:
        for password in passwords:
            print("in" if scram(client, account, password) else "out")


main()
