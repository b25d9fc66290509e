/* What is typed: words to say, and commands. */

const SAY_BYTES = 380; /* of one message, with room for who says it */

const COMMANDS = {
    join: ['#room', 'go into a room, which is made if there is none', (words) => joinRoom(named(words[0]), words[1]), 1],
    part: ['[#room]', 'leave a room', (words) => part(words[0] ? findRoom(words[0]) : current)],
    close: ['', 'the same, or put a conversation away', () => part(current)],
    msg: ['name words', 'say something to one person', (words, rest) => say(openRoom(words[0]), rest(1)), 2],
    query: ['name', 'open a conversation with one person', (words) => goTo(openRoom(words[0])), 1],
    me: ['words', 'say what you do', (words, rest) => say(current, '\x01ACTION ' + rest(0) + '\x01'), 1],
    nick: ['name', 'take another name', (words) => link.send('NICK', [words[0]]), 1],
    who: ['', 'who is here', () => link.send('NAMES', [current.name])],
    whois: ['name', 'what is known of somebody', (words) => link.send('WHOIS', [words[0]]), 1],
    list: ['', 'the rooms there are', () => link.send('LIST', [])],
    topic: ['[words]', 'show or set what the room is about', (words, rest) => link.send('TOPIC', [current.name, ...(words.length ? [rest(0)] : [])])],
    invite: ['name', 'ask somebody into this room', (words) => link.send('INVITE', [words[0], current.name]), 1],
    kick: ['name [why]', 'put somebody out of this room', (words, rest) => link.send('KICK', [current.name, words[0], rest(1)]), 1],
    away: ['[why]', 'be away, or back', (words, rest) => link.send('AWAY', words.length ? [rest(0)] : [])],
    mode: ['...', 'show or set modes', (words) => link.send('MODE', words.length && isChannel(words[0]) ? words : [current.name, ...words])],
    register: ['account password', 'make an account', (words) => link.send('REGISTER', [words[0], '*', words[1]]), 2],
    account: ['[always-on|protect yes|no]', 'what your account is, or change that', (words) => link.send('NS', words.length ? ['SET', ...words] : ['INFO'])],
    raw: ['line', 'send a line of IRC as it is', (words, rest) => link.socket && link.socket.send(rest(0)), 1],
    clear: ['', 'empty what is shown of this room', () => clearRoom(current)],
    help: ['', 'show this list', () => showHelp()],
    quit: ['[words]', 'leave', (words, rest) => leaveChat(rest(0))],
};

function named(name) {
    return !name ? current && current.name : isChannel(name) ? name : '#' + name;
}

function part(room) {
    if (!room)
        return;
    if (isChannel(room.name) && room.joined && link.ready)
        link.send('PART', [room.name]);
    else
        closeRoom(room);
}

function showHelp() {
    for (const name in COMMANDS)
        tell(current, `/${name} ${COMMANDS[name][0]} – ${COMMANDS[name][1]}`);
    tell(current, 'Keys: Tab completes; Alt+Up and Alt+Down change rooms; Ctrl+K finds one; Page Up and Page Down scroll; Escape goes to the end.');
}

function runCommand(text) {
    const words = text.split(/\s+/);
    const name = words.shift().toLowerCase();
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
    const rest = (skip) => text.replace(/^\S+\s*/, '').replace(new RegExp(`^(\\S+\\s+){${skip}}`), '');
    while (words.length && words[words.length - 1] === '')
        words.pop();
    if (!command)
        tell(current, `There is no command /${name}: /help lists them.`);
    else if (words.length < (command[3] || 0))
        tell(current, `Usage: /${name} ${command[0]}`);
    else if (!link.ready && name !== 'help' && name !== 'clear' && name !== 'quit' && name !== 'query')
        tell(current, 'There is no connection at the moment.');
    else
        command[2](words, rest);
}

/* Own words are shown at once, and pale until they come back from the server. */
function say(room, text) {
    const action = /^\x01ACTION ([^]*)\x01$/.exec(text);
    for (const piece of cutText(action ? action[1] : text, SAY_BYTES)) {
        const label = String(++link.labels);
        const line = { kind: action ? 'act' : 'msg', nick: link.nick, text: piece, time: Date.now(), own: true };
        if (link.caps.has('echo-message')) {
            line.state = 'pending';
            line.label = label;
            link.pending.set(label, { room, line });
        }
        link.send('PRIVMSG', [room.name, action ? `\x01ACTION ${piece}\x01` : piece],
            link.caps.has('labeled-response') ? { label } : {});
        put(room, line);
    }
    room.divider = null;
}

/* True if it was taken. */
function take(text) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    if (!current && !text.startsWith('/'))
        return false;
    for (const line of lines) {
        if (line[0] === '/' && line[1] !== '/') {
            runCommand(line.slice(1));
        } else if (!link.ready) {
            announce('There is no connection: your words are kept until there is.');
            return false;
        } else {
            say(current, line[0] === '/' ? line.slice(1) : line);
        }
    }
    return true;
}
