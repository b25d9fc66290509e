/* The connection: coming in, coming back, and what each message of the server's does. */

const WANTED = ['account-tag', 'away-notify', 'batch', 'cap-notify', 'chghost', 'draft/chathistory', 'draft/message-redaction',
    'draft/read-marker', 'echo-message', 'invite-notify', 'labeled-response', 'message-tags', 'multi-prefix', 'server-time', 'setname',
    'standard-replies', 'forkchat/resume'];
const HISTORY_LINES = 100, HISTORY_ROUNDS = 10;
const PARTNERS_MOST = 20, PARTNERS_MS = 30 * 86400000;
const SILENCE_MS = 60000, ANSWER_MS = 15000, RETRY_MOST_MS = 30000;

const link = {
    socket: null, ready: false, nick: '', account: '', caps: new Set(), offered: new Map(), support: new Map(),
    labels: 0, pending: new Map(), batches: new Map(),
    tries: 0, timer: 0, heard: 0, watch: 0, lostAt: 0, over: true, identity: null,
    token: '', /* by which one comes back, unseen by others */

    /* identity: {nick, account, password, make} */
    open(identity) {
        this.identity = identity;
        this.over = false;
        this.connect();
    },

    connect() {
        clearTimeout(this.timer);
        if (this.over || this.socket)
            return;
        Object.assign(this, { ready: false, caps: new Set(), offered: new Map(), batches: new Map(), scram: null, refused: '' });
        const url = new URL('.', location.href);
        url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
        announce(rooms.size ? 'Connecting again…' : 'Connecting…');
        const socket = new WebSocket(url, ['text.ircv3.net']);
        this.socket = socket;
        this.heard = Date.now();
        socket.onopen = () => {
            this.send('CAP', ['LS', '302']);
            if (!this.token)
                this.introduce();
        };
        socket.onmessage = (event) => {
            this.heard = Date.now();
            receive(parseMessage(String(event.data)));
        };
        socket.onclose = () => this.lost(socket);
        this.watch = setInterval(() => this.look(SILENCE_MS), 5000);
    },

    introduce() {
        this.send('NICK', [this.nick || this.identity.nick]);
        this.send('USER', ['web', '0', '*', this.identity.nick]);
    },

    send(verb, words, tags) {
        if (this.socket && this.socket.readyState === WebSocket.OPEN)
            this.socket.send(formatMessage(verb, words, this.caps.has('message-tags') ? tags : null));
    },

    /* Whether the other end is still there, which a socket alone would not tell for minutes. */
    look(silence) {
        const quiet = Date.now() - this.heard;
        if (this.asked && this.asked > this.heard && Date.now() - this.asked > ANSWER_MS) {
            this.drop();
        } else if (quiet > silence && !(this.asked > this.heard)) {
            this.asked = Date.now();
            this.send('PING', ['there?']);
        }
    },

    /* Not waited for: its end may take as long to come as an answer. */
    drop() {
        const socket = this.socket;
        if (!socket)
            return;
        socket.onclose = socket.onmessage = socket.onopen = null;
        socket.close(4000); /* if that arrives at all: one who comes back */
        this.lost(socket);
    },

    lost(socket) {
        if (socket !== this.socket)
            return;
        clearInterval(this.watch);
        this.socket = null;
        if (this.ready)
            this.lostAt = Date.now();
        this.ready = false;
        this.asked = 0;
        for (const { room, line } of this.pending.values()) {
            line.state = 'lost';
            refreshLine(room, line);
        }
        this.pending.clear();
        for (const room of rooms.values()) {
            room.joined = false;
            room.loading = null;
            room.people.clear();
        }
        showSoon('people');
        if (this.refused || !rooms.size) {
            this.over = true;
            showEntrance(this.refused || 'The server cannot be reached.');
            return;
        }
        if (this.over)
            return;
        const pause = Math.min(RETRY_MOST_MS, 1000 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
        announce(`The connection is lost; trying again in ${Math.ceil(pause / 1000)} s.`);
        this.timer = setTimeout(() => this.connect(), pause);
    },

    /* The network may be back, or the page awake. */
    hurry() {
        if (this.over)
            return;
        if (this.socket) {
            this.look(2000);
        } else {
            this.tries = 0;
            this.connect();
        }
    },

    refuse(why) {
        this.token = '';
        this.refused = why;
        if (this.socket)
            this.socket.close(1000);
    },
};

const same = (a, b) => fold(a) === fold(b);
const isMe = (nick) => same(nick, link.nick);

function timeOf(message) {
    return Date.parse(message.tags.time) || Date.now();
}

function receive(message) {
    const batch = link.batches.get(message.tags.batch);
    if (batch && batch.type === 'chathistory') {
        batch.messages.push(message);
        return;
    }
    const said = link.pending.get(message.tags.label);
    if (said && (/^[45]\d\d$/.test(message.verb) || message.verb === 'FAIL')) {
        link.pending.delete(message.tags.label);
        said.line.state = 'lost';
        refreshLine(said.room, said.line);
    }
    const act = Object.hasOwn(HANDLERS, message.verb) ? HANDLERS[message.verb] : null;
    if (act)
        act(message, message.words);
    else if (/^\d{3}$/.test(message.verb))
        tellNumeric(message);
}

/* ---- coming in ---- */

function capsOffered() {
    const asks = WANTED.filter((cap) => link.offered.has(cap));
    if (link.identity.password && !link.identity.make && link.offered.has('sasl'))
        asks.push('sasl');
    if (link.identity.make && link.offered.has('draft/account-registration'))
        asks.push('draft/account-registration');
    if (link.identity.password && !asks.includes('sasl') && !asks.includes('draft/account-registration')) {
        link.refuse(link.identity.make ? 'Accounts cannot be made here.' : 'This server has no accounts, or takes no passwords on this connection.');
        return;
    }
    if (link.token && !link.offered.has('forkchat/resume'))
        notResumed();
    link.send('CAP', asks.length ? ['REQ', asks.join(' ')] : ['END']);
}

/* Of all rooms, the line that came last. */
function lastOfAll() {
    const lines = [...rooms.values()].map((room) => room.lastKnown()).filter((line) => line);
    return lines.sort((a, b) => b.time - a.time)[0];
}

/* One comes in as at first. */
function notResumed() {
    link.token = '';
    link.introduce();
}

function capsGranted() {
    const account = link.identity.account || link.identity.nick;
    if (link.ready)
        return;
    if (link.token) {
        const last = lastOfAll();
        link.send('RESUME', last ? [link.token, last.id] : [link.token]);
        return;
    }
    if (link.caps.has('sasl')) {
        const ways = (link.offered.get('sasl') || 'SCRAM-SHA-256').split(',');
        link.scram = ways.includes('SCRAM-SHA-256') ? new Scram(account, link.identity.password) : null;
        link.send('AUTHENTICATE', [link.scram ? 'SCRAM-SHA-256' : 'PLAIN']);
    } else if (link.caps.has('draft/account-registration')) {
        link.send('REGISTER', [account, '*', link.identity.password]);
    } else {
        link.send('CAP', ['END']);
    }
}

const CAP = {
    LS(list, more) {
        for (const item of list) {
            const at = item.indexOf('=');
            link.offered.set(at < 0 ? item : item.slice(0, at), at < 0 ? '' : item.slice(at + 1));
        }
        if (!more)
            capsOffered();
    },
    ACK(list) {
        for (const cap of list)
            link.caps.add(cap);
        capsGranted();
    },
    NAK() {
        link.send('CAP', ['END']);
    },
    NEW(list) {
        const asks = list.map((item) => item.split('=')[0]).filter((cap) => WANTED.includes(cap));
        if (asks.length)
            link.send('CAP', ['REQ', asks.join(' ')]);
    },
    DEL(list) {
        for (const cap of list)
            link.caps.delete(cap);
    },
};

function sendSasl(text) {
    const bytes = toBase64(new TextEncoder().encode(text));
    for (let at = 0; at <= bytes.length; at += 400)
        link.send('AUTHENTICATE', [bytes.slice(at, at + 400) || '+']);
}

let saslPart = '';

async function authenticate(words) {
    saslPart += words[0] === '+' ? '' : words[0];
    if (words[0].length === 400)
        return;
    const text = new TextDecoder().decode(fromBase64(saslPart));
    saslPart = '';
    const { identity, scram, socket } = link;
    if (!scram) {
        const account = identity.account || identity.nick;
        sendSasl(`${account}\0${account}\0${identity.password}`);
        return;
    }
    try {
        const answer = text ? await scram.answer(text) : scram.first();
        if (socket !== link.socket)
            return;
        if (answer === null)
            link.send('AUTHENTICATE', ['+']);
        else
            sendSasl(answer);
    } catch (error) {
        link.send('AUTHENTICATE', ['*']);
        link.refuse(`The password was not accepted: ${error.message}.`);
    }
}

function passwordRefused(message, words) {
    if (!link.ready)
        link.refuse(`The password was not accepted: ${words[words.length - 1]}.`);
}

function entered() {
    if (link.ready)
        return;
    link.ready = true;
    link.tries = 0;
    link.identity.make = false;
    const first = !isChatShown(); /* who is here on another device already is in its rooms */
    const wanted = new Set([...rooms.values()].map((room) => room.name).filter(isChannel));
    if (first) {
        if (rooms.size === 0)
            wanted.add(link.support.get('LOBBY') || '#lobby');
        for (const name of kept().rooms || [])
            wanted.add(name);
        if (isChannel(decodeURIComponent(location.hash || ' ')))
            wanted.add(decodeURIComponent(location.hash));
        showChat();
    }
    announce(link.account ? `You are here as ${link.nick}, with the account ${link.account}.` : `You are here as ${link.nick}.`);
    keep({ nick: link.identity.nick, account: link.identity.account });
    if (wanted.size)
        link.send('JOIN', [[...wanted].join(',')]);
    for (const room of rooms.values())
        if (!isChannel(room.name))
            askHistory(room);
    if (first && link.account)
        askPartners();
}

/* The name is another's. After a lost connection that is often one's own ghost: the name is taken back when it goes. */
function nameIsTaken(message, words) {
    if (link.ready)
        tellNumeric(message);
    else if (rooms.size)
        link.send('NICK', [link.nick = (words[1] || link.identity.nick) + '_']);
    else
        link.refuse(`The name ${words[1]} is taken: choose another.`);
}

function wantBack(nick) {
    if (link.ready && same(nick, link.identity.nick) && !isMe(nick))
        link.send('NICK', [link.identity.nick]);
}

/* ---- history ---- */

function reference(line) {
    return line.id ? 'msgid=' + line.id : 'timestamp=' + new Date(line.time).toISOString();
}

function historyLimit() {
    return Math.min(HISTORY_LINES, Number(link.support.get('CHATHISTORY')) || HISTORY_LINES);
}

function ask(room, how, rounds, words) {
    room.loading = { how, rounds };
    link.send('CHATHISTORY', [how, room.name, ...words, String(historyLimit())]);
}

/* What was said before one came, or while one was not there. */
function askHistory(room, rounds = 0) {
    const last = room.lastKnown();
    if (!link.caps.has('draft/chathistory') || !link.caps.has('batch')) {
        if (last && link.lostAt)
            put(room, { kind: 'gap', text: 'You were not connected: what was said meanwhile is not here.', time: Date.now() });
    } else if (!last) {
        ask(room, 'LATEST', 0, ['*']);
    } else if (rounds < HISTORY_ROUNDS) {
        ask(room, 'AFTER', rounds, [reference(last)]);
    } else {
        leaveGap(room);
    }
}

function leaveGap(room) {
    const last = room.lastKnown();
    room.add({ kind: 'gap', text: 'More was said here than is shown.', time: last ? last.time : 0 }, 'after');
    ask(room, 'LATEST', HISTORY_ROUNDS, ['*']);
}

/* With whom one talked last, on whatever device. A day more than now, for a clock that is slow. */
function askPartners() {
    if (!link.caps.has('draft/chathistory') || !link.caps.has('batch'))
        return;
    const stamp = (time) => 'timestamp=' + new Date(time).toISOString();
    link.send('CHATHISTORY', ['TARGETS', stamp(Date.now() + 86400000), stamp(Date.now() - PARTNERS_MS), String(PARTNERS_MOST)]);
}

function askEarlier(room) {
    const first = room.firstKnown();
    if (room.loading || room.complete || !link.ready || !first || !link.caps.has('draft/chathistory'))
        return false;
    ask(room, 'BEFORE', 0, [reference(first)]);
    return true;
}

function takeHistory(target, messages) {
    const room = findRoom(target);
    if (!room)
        return;
    const { how, rounds } = room.loading || { how: 'BEFORE', rounds: 0 };
    room.loading = null;
    /* What is older is put before what there is, the last of it first. */
    const place = how === 'AFTER' ? 'after' : 'before';
    let added = 0;
    for (const message of place === 'before' ? [...messages].reverse() : messages) {
        const line = lineOf(message);
        if (!line)
            continue;
        const lost = line.own ? room.findOwn((other) => other.text === line.text && Math.abs(other.time - line.time) < 60000) : -1;
        if (lost >= 0)
            room.lines.splice(lost, 1);
        added += room.add(line, place) >= 0;
    }
    if (how !== 'AFTER' && messages.length < historyLimit())
        room.complete = true;
    countUnread(room);
    showHistory(room);
    if (how === 'AFTER' && added && messages.length >= historyLimit())
        askHistory(room, rounds + 1);
}

/* ---- what was said ---- */

/* A line, or null for what is none to be shown. */
function lineOf(message) {
    const text = message.words[1] || '';
    const action = /^\x01ACTION ([^]*?)\x01?$/.exec(text);
    if ((message.verb !== 'PRIVMSG' && message.verb !== 'NOTICE') || (text[0] === '\x01' && !action))
        return null;
    const line = {
        kind: action ? 'act' : message.verb === 'NOTICE' ? 'notice' : 'msg', nick: message.nick, text: plainText(action ? action[1] : text),
        time: timeOf(message), id: message.tags.msgid, own: isMe(message.nick),
    };
    line.loud = !line.own && line.kind !== 'notice' && (!isChannel(withoutSign(message.words[0])) || mentionsMe(line.text));
    return line;
}

/* A channel's name without that of the rank it was said to. */
const withoutSign = (target) => target.replace(/^[@+]+(?=[#&])/, '');

function mentionsMe(text) {
    const name = link.nick.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(^|[^\\p{L}\\p{N}_-])${name}($|[^\\p{L}\\p{N}_-])`, 'iu').test(text);
}

function heard(message, words) {
    const line = lineOf(message);
    if (!line)
        return;
    const fromServer = !message.source.includes('!') || message.source.includes('!services@'); /* others' user names begin with ~ */
    if (fromServer && !isChannel(words[0].replace(/^[@+]+/, ''))) {
        tell(current, line.text);
        return;
    }
    const target = withoutSign(words[0]);
    const room = openRoom(isChannel(target) ? target : line.own ? target : message.nick);
    room.typing.delete(fold(message.nick));
    const said = link.pending.get(message.tags.label);
    if (said) {
        link.pending.delete(message.tags.label);
        settle(said.room, said.line, line);
        return;
    }
    if (put(room, line) && !line.own)
        notice(room, line);
}

/* Own words have come back: they stand where the server has them. */
function settle(room, line, echo) {
    const at = room.lines.indexOf(line);
    if (at >= 0)
        room.lines.splice(at, 1);
    Object.assign(line, echo, { state: undefined });
    room.add(line, '');
    if (at === room.lines.length - 1)
        refreshLine(room, line);
    else
        moveLine(room, line);
}

function tell(room, text, kind = 'info') {
    const to = room || current;
    if (to)
        put(to, { kind, text: plainText(text), time: Date.now() });
    else
        announce(text);
}

const QUIET = new Set(['002', '003', '004', '221', '250', '251', '252', '253', '254', '255', '265', '266', '315', '318', '323', '331', '333', '366',
    '372', '375', '329', '670', '730', '731', '761', '762']);

function tellNumeric(message) {
    if (!QUIET.has(message.verb))
        tell(current, message.words.slice(1).join(' '));
}

/* ---- who is where ---- */

function come(room, nick, sign) {
    room.people.set(fold(nick), { nick, sign: sign || '', away: false });
    showSoon('people', room);
}

function go(room, nick) {
    room.people.delete(fold(nick));
    room.typing.delete(fold(nick));
    showSoon('people', room);
}

function names(message, words) {
    const room = findRoom(words[2]);
    if (!room)
        return;
    for (const item of words[3].split(' ').filter((word) => word)) {
        const [, sign, nick] = /^([~&@%+]*)([^!]*)/.exec(item);
        come(room, nick, sign);
    }
}

const words1 = (text) => (text ? ` (${text})` : '');

const HANDLERS = {
    CAP(message, words) {
        const more = words[2] === '*' && words.length > 3;
        const act = CAP[words[1]];
        if (act)
            act((words[more ? 3 : 2] || '').split(' ').filter((word) => word), more);
    },
    AUTHENTICATE(message, words) {
        authenticate(words);
    },
    900(message, words) {
        link.account = words[2];
    },
    903() {
        if (!link.ready)
            link.send('CAP', ['END']);
    },
    901() {
        link.account = '';
    },
    902: passwordRefused,
    904: passwordRefused,
    905: passwordRefused,
    REGISTER(message, words) {
        if (words[0] === 'SUCCESS' && !link.ready) {
            link.account = words[1];
            link.send('CAP', ['END']);
        } else {
            tell(current, words.slice(1).join(' '));
        }
    },
    FAIL(message, words) {
        const text = words[words.length - 1];
        const room = words[0] === 'CHATHISTORY' && [...rooms.values()].find((each) => each.loading && words.some((word) => same(word, each.name)));
        if (words[0] === 'RESUME' && !link.ready) {
            notResumed();
            capsGranted();
        } else if (words[0] === 'CHATHISTORY') {
            const how = room && room.loading.how;
            if (room)
                room.loading = null;
            if (how === 'AFTER')
                leaveGap(room);
            else if (room)
                room.complete = true;
        } else if (!link.ready && link.identity.password) {
            link.refuse(text);
        } else {
            tell(current, text);
        }
    },
    '001'(message, words) {
        link.nick = words[0];
    },
    '005'(message, words) {
        for (const word of words.slice(1, -1)) {
            const at = word.indexOf('=');
            link.support.set(at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1));
        }
    },
    376: entered,
    422: entered,
    432(message, words) {
        if (link.ready)
            tellNumeric(message);
        else
            link.refuse(`“${words[1]}” cannot be a name here: ${words[2]}`);
    },
    433: nameIsTaken,
    437: nameIsTaken,
    PING(message, words) {
        link.send('PONG', words);
    },
    PONG() {},
    RESUME(message, words) {
        if (words[0] === 'TOKEN')
            link.token = words[1];
    },
    ERROR(message, words) {
        if (/Killed|[Bb]anned/.test(words[0]) || !link.ready)
            link.refuse(words[0]);
    },
    JOIN(message, words) {
        const room = isMe(message.nick) ? openRoom(words[0]) : findRoom(words[0]);
        if (!room)
            return;
        come(room, message.nick);
        if (!isMe(message.nick)) {
            tell(room, `${message.nick} has come`, 'move');
            return;
        }
        room.joined = true;
        room.people.clear();
        keepRooms();
        askHistory(room);
        if (!current || (link.lostAt === 0 && isChannel(location.hash || ' ') && same(decodeURIComponent(location.hash), room.name)) ||
            room.wanted)
            goTo(room);
        room.wanted = false;
    },
    PART(message, words) {
        const room = findRoom(words[0]);
        if (!room)
            return;
        go(room, message.nick);
        if (isMe(message.nick))
            closeRoom(room);
        else
            tell(room, `${message.nick} has gone${words1(words[1])}`, 'move');
    },
    KICK(message, words) {
        const room = findRoom(words[0]);
        if (!room)
            return;
        go(room, words[1]);
        tell(room, `${words[1]} was put out by ${message.nick}${words1(words[2])}`);
        if (isMe(words[1])) {
            room.joined = false;
            room.people.clear();
        }
    },
    QUIT(message, words) {
        for (const room of roomsOf(message.nick)) {
            go(room, message.nick);
            tell(room, `${message.nick} has left${words1(words[0])}`, 'move');
        }
        wantBack(message.nick);
    },
    NICK(message, words) {
        const mine = isMe(message.nick);
        if (mine) {
            link.nick = words[0];
            if (!same(words[0], link.identity.nick + '_'))
                link.identity.nick = words[0];
            keep({ nick: link.identity.nick });
            announce(`You are ${words[0]} now.`);
        }
        for (const room of roomsOf(message.nick)) {
            const { sign } = room.people.get(fold(message.nick));
            go(room, message.nick);
            come(room, words[0], sign);
            tell(room, `${message.nick} is ${words[0]} now`, 'move');
        }
        const talk = findRoom(message.nick);
        if (talk && !mine && !isChannel(talk.name) && !findRoom(words[0])) {
            rooms.delete(fold(talk.name));
            talk.name = words[0];
            rooms.set(fold(words[0]), talk);
            showSoon('rooms');
        }
        if (!mine)
            wantBack(message.nick);
    },
    TOPIC(message, words) {
        const room = findRoom(words[0]);
        if (!room)
            return;
        room.topic = plainText(words[1] || '');
        tell(room, `${message.nick} says what this room is about: ${room.topic}`);
        showSoon('head');
    },
    332(message, words) {
        const room = findRoom(words[1]);
        if (room)
            room.topic = plainText(words[2]);
        showSoon('head');
    },
    353: names,
    AWAY(message, words) {
        for (const room of roomsOf(message.nick)) {
            room.people.get(fold(message.nick)).away = words.length > 0 && words[0] !== '';
            showSoon('people', room);
        }
    },
    PRIVMSG: heard,
    NOTICE: heard,
    TAGMSG(message, words) {
        const room = findRoom(isChannel(words[0]) ? words[0] : message.nick);
        if (!room || isMe(message.nick) || message.tags['+typing'] === undefined)
            return;
        if (message.tags['+typing'] === 'active')
            room.typing.set(fold(message.nick), { nick: message.nick, until: Date.now() + TYPING_MS });
        else
            room.typing.delete(fold(message.nick));
        showSoon('typing');
    },
    BATCH(message, words) {
        const name = words[0].slice(1);
        if (words[0][0] === '+') {
            link.batches.set(name, { type: words[1], target: words[2], messages: [] });
            return;
        }
        const batch = link.batches.get(name);
        link.batches.delete(name);
        if (batch && batch.type === 'chathistory')
            takeHistory(batch.target, batch.messages);
    },
    MARKREAD(message, words) {
        const room = findRoom(words[0]);
        if (!room)
            return;
        const never = isChannel(room.name) ? null : 0;
        room.read = Date.parse((words[1] || '').replace('timestamp=', '')) || never;
        countUnread(room);
    },
    CHATHISTORY(message, words) {
        if (words[0] !== 'TARGETS' || isChannel(words[1]) || findRoom(words[1]))
            return;
        askHistory(openRoom(words[1]));
        if (link.caps.has('draft/read-marker'))
            link.send('MARKREAD', [words[1]]);
    },
    REDACT(message, words) {
        const room = findRoom(isChannel(words[0]) ? words[0] : isMe(message.nick) ? words[0] : message.nick);
        const line = room && room.lines.find((each) => each.id === words[1]);
        if (!line)
            return;
        Object.assign(line, { text: `(taken back by ${message.nick}${words[2] ? ': ' + plainText(words[2]) : ''})`, kind: 'notice' });
        refreshLine(room, line);
    },
    INVITE(message, words) {
        if (isMe(words[0]))
            tell(current, `${message.nick} asks you into ${words[1]}`);
    },
    MODE(message, words) {
        const room = findRoom(words[0]);
        if (!room)
            return;
        tell(room, `${message.nick} set ${words.slice(1).join(' ')}`, 'move');
        link.send('NAMES', [room.name]);
    },
    322(message, words) {
        tell(current, `${words[1]}, ${words[2]} people${words[3] ? ': ' + words[3] : ''}`);
    },
    SETNAME() {},
    CHGHOST() {},
    WARN(message, words) {
        tell(current, words[words.length - 1]);
    },
    NOTE(message, words) {
        tell(current, words[words.length - 1]);
    },
};
