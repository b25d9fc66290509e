#!/usr/bin/env python3
"""A service manager for a test, that plays what systemd does with one service of Type=notify.

    manager.py SOCKET [-o OPTION]... -- PROGRAM ARGUMENT...

Starts the program with NOTIFY_SOCKET, prints each message it gets as "notify: LINE LINE", keeps descriptors (FDSTORE), and
gives them, by name, to the program when it starts it again: after each end that was not its own doing and no exit status 0
or 78. SIGTERM and SIGUSR2 are handed on; it ends as the program ends. SOCKET is a path, or @NAME.

    -o listen=NAME,ADDRESS,PORT   a socket that listens, given by that name each time (port 0 picks one, which is printed)
    -o udp=NAME                   a socket that is of no use
    -o watchdog=MICROSECONDS      the program is aborted if it is silent for so long
    -o most=NUMBER                keep no more descriptors than that
"""
import array
import fcntl
import os
import select
import signal
import socket
import sys
import time

split = sys.argv.index("--")
path, command = sys.argv[1], sys.argv[split + 1:]
options = [option.split("=", 1) for option in sys.argv[2:split] if option != "-o"]
settings = dict(options)
most = int(settings.get("most", 1000))
watchdog = int(settings.get("watchdog", 0))

notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind("\0" + path[1:] if path[0] == "@" else path)
notify.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
given = []  # (name, descriptor), of sockets that are ours
for key, value in options:
    if key == "listen":
        name, host, port = value.split(",")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family, dualstack_ipv6=host == "::")
        print("manager listens", name, listener.getsockname()[1], flush=True)
        given.append((name, listener.detach()))
    elif key == "udp":
        useless = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        useless.bind(("127.0.0.1", 0))
        given.append((value, useless.detach()))
store = []  # (name, descriptor)
child = 0
stopping = False


def hand_on(number, frame):
    global stopping
    stopping = stopping or number == signal.SIGTERM
    if child:
        os.kill(child, number)


def start():
    """The descriptors from 3 on, as sd_listen_fds(3) has them."""
    everything = given + store
    pid = os.fork()
    if pid:
        return pid
    # out of the way first, so that none is overwritten
    high = [os.dup2(fd, 300 + i) for i, (name, fd) in enumerate(everything)]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i)  # inheritable
        os.close(fd)
    os.environ["NOTIFY_SOCKET"] = path
    if everything:
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = str(len(everything))
        os.environ["LISTEN_FDNAMES"] = ":".join(name for name, fd in everything)
    if watchdog:
        os.environ["WATCHDOG_USEC"] = str(watchdog)
        os.environ["WATCHDOG_PID"] = str(os.getpid())
    os.closerange(3 + len(everything), 1000)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execv(command[0], command)


def identity(fd):
    """Of an open file, near enough: the ends of a pipe are two."""
    file = os.fstat(fd)
    return file.st_dev, file.st_ino, fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE


def is_kept(fd):
    return identity(fd) in [identity(kept) for name, kept in store]


def hear():
    """One message. True if it is a sign of life."""
    global store
    text, control, _, _ = notify.recvmsg(65536, 16384)
    fds, sender = [], 0
    for level, kind, data in control:
        if kind == socket.SCM_RIGHTS:
            fds = list(array.array("i", data[:len(data) - len(data) % 4]))
        elif kind == socket.SCM_CREDENTIALS:
            sender = array.array("i", data)[0]
    lines = text.decode().splitlines()
    words = dict(line.split("=", 1) for line in lines)
    print("notify:" + (" from another:" if sender != child else ""), " ".join(lines), flush=True)
    name = words.get("FDNAME", "stored")
    if words.get("FDSTORE") == "1":
        for fd in fds:
            if len(store) < most and not is_kept(fd):
                store.append((name, fd))
            else:
                os.close(fd)
    else:
        for fd in fds:
            os.close(fd)
    if words.get("FDSTOREREMOVE") == "1":
        for kept, fd in store:
            if kept == name:
                os.close(fd)
        store = [one for one in store if one[0] != name]
    return words.get("WATCHDOG") == "1" or words.get("READY") == "1"


for number in (signal.SIGTERM, signal.SIGUSR2, signal.SIGHUP):
    signal.signal(number, hand_on)
child = start()
heard, ready = time.monotonic(), False
while True:
    if select.select([notify], [], [], 0.02)[0]:
        if hear():
            heard, ready = time.monotonic(), True
        continue
    if watchdog and ready and not stopping and time.monotonic() - heard > watchdog / 1e6:
        print("manager: watchdog", flush=True)
        heard = time.monotonic()
        os.kill(child, signal.SIGABRT)
        os.kill(child, signal.SIGCONT)
    pid, status = os.waitpid(child, os.WNOHANG)
    if not pid:
        continue
    while select.select([notify], [], [], 0)[0]:
        hear()
    code = os.waitstatus_to_exitcode(status)
    print("manager: ended with", code, "keeping", len(store), flush=True)
    if stopping or code in (0, 78):
        sys.exit(code if code >= 0 else 1)
    ready = False
    child = start()
