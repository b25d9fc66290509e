/* The page's keys and buttons. The last of the files: what the others only define begins here. */

const input = el('input');
let typedAt = 0;
const said = []; /* own lines, for the arrow keys */
let recalled = 0;

function fitInput() {
    input.style.height = 'auto';
    input.style.height = input.scrollHeight + 2 + 'px';
}

function tellTyping() {
    if (!current || !link.ready || !link.caps.has('message-tags') || input.value[0] === '/')
        return;
    const now = Date.now();
    if (input.value === '') {
        if (typedAt)
            link.send('TAGMSG', [current.name], { '+typing': 'done' });
        typedAt = 0;
    } else if (now - typedAt > 3000) {
        link.send('TAGMSG', [current.name], { '+typing': 'active' });
        typedAt = now;
    }
}

/* ---- completion ---- */

let completion = null; /* {start, words, at, before} while Tab is pressed again and again */

function candidates(start, part) {
    if (start === 0 && part[0] === '/')
        return Object.keys(COMMANDS).map((name) => '/' + name).filter((name) => name.startsWith(part.toLowerCase()));
    const words = part[0] === '#' ? [...rooms.values()].map((room) => room.name)
        : current ? [...current.people.values()].map((person) => person.nick).filter((nick) => !isMe(nick)) : [];
    return words.filter((word) => fold(word).startsWith(fold(part))).sort();
}

/* True if there was something to complete. */
function complete(back) {
    const at = input.selectionStart;
    if (!completion || completion.end !== at) {
        const start = input.value.slice(0, at).search(/\S*$/);
        const part = input.value.slice(start, at).replace(/^@/, '');
        const words = part ? candidates(start, part) : [];
        completion = words.length ? { start, words, index: back ? 0 : -1, rest: input.value.slice(at) } : null;
    }
    if (!completion)
        return input.value !== '';
    const { start, words, rest } = completion;
    completion.index = (completion.index + (back ? words.length - 1 : 1)) % words.length;
    const word = words[completion.index];
    const end = word[0] === '/' || word[0] === '#' || start > 0 ? ' ' : ': ';
    input.value = input.value.slice(0, start) + word + end + rest;
    completion.end = start + word.length + end.length;
    input.setSelectionRange(completion.end, completion.end);
    showHint();
    return true;
}

function showHint() {
    const part = /^\/(\S*)(\s?)/.exec(input.value);
    const names = part ? Object.keys(COMMANDS).filter((name) => (part[2] ? name === part[1] : name.startsWith(part[1]))) : [];
    el('hint').hidden = names.length === 0;
    el('hint').replaceChildren(...names.map((name) => make('li', '', `/${name} ${COMMANDS[name][0]} – ${COMMANDS[name][1]}`)));
}

/* ---- typing ---- */

el('say').onsubmit = (event) => {
    event.preventDefault();
    const text = input.value;
    if (text.trim() === '' || !take(text))
        return;
    said.push(text);
    recalled = said.length;
    input.value = '';
    typedAt = 0;
    completion = null;
    showHint();
    fitInput();
    showNewLines();
    toEnd();
    input.focus();
};

input.oninput = () => {
    completion = null;
    fitInput();
    showHint();
    tellTyping();
};

function recall(step) {
    const at = recalled + step;
    if (at < 0 || at > said.length || (input.value !== '' && input.value !== said[recalled]))
        return false;
    recalled = at;
    input.value = said[at] || '';
    fitInput();
    return true;
}

const INPUT_KEYS = {
    Enter: (event) => !event.shiftKey && !event.isComposing && (el('say').requestSubmit(), true),
    Tab: (event) => input.value !== '' && complete(event.shiftKey),
    ArrowUp: (event) => !event.altKey && recall(-1),
    ArrowDown: (event) => !event.altKey && recall(1),
    PageUp: () => (el('log').scrollBy(0, -el('log').clientHeight * 0.9), true),
    PageDown: () => (el('log').scrollBy(0, el('log').clientHeight * 0.9), true),
};

input.onkeydown = (event) => {
    if (Object.hasOwn(INPUT_KEYS, event.key) && INPUT_KEYS[event.key](event))
        event.preventDefault();
};

/* ---- the whole page ---- */

function nextRoom(step) {
    const all = [...rooms.values()], at = all.indexOf(current);
    if (all.length)
        goTo(all[(at + step + all.length) % all.length]);
    input.focus();
}

document.onkeydown = (event) => {
    if (el('chat').hidden)
        return;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        nextRoom(event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.ctrlKey && event.key === 'k') {
        el('rooms').classList.add('open');
        el('find-text').focus();
        el('find-text').select();
    } else if (event.key === 'Escape') {
        el('rooms').classList.remove('open');
        el('people').classList.remove('open');
        el('hint').hidden = true;
        toEnd();
        input.focus();
    } else {
        return;
    }
    event.preventDefault();
};

el('find-text').oninput = showRooms;
el('find').onsubmit = (event) => {
    event.preventDefault();
    const text = el('find-text').value.trim();
    const name = fold(text.replace(/^#/, ''));
    el('find-text').value = '';
    if (!text)
        return;
    const found = findRoom(text) || findRoom('#' + text) ||
        (text[0] === '#' ? null : [...rooms.values()].find((room) => fold(room.name).includes(name)));
    if (found)
        goTo(found);
    else
        joinRoom(named(text));
    showRooms();
    input.focus();
};

function joinRoom(name, key) {
    const room = findRoom(name);
    if (room && (room.joined || !isChannel(name))) {
        goTo(room);
    } else if (link.ready) {
        openRoom(name).wanted = true;
        link.send('JOIN', key ? [name, key] : [name]);
    }
}

el('room-list').onclick = (event) => {
    const button = event.target.closest('button');
    if (button) {
        goTo(button.room);
        input.focus();
    }
};

el('people-list').onclick = (event) => {
    const button = event.target.closest('button');
    if (button && !isMe(button.nick)) {
        goTo(openRoom(button.nick));
        input.focus();
    }
};

el('log').onclick = (event) => {
    const button = event.target.closest('button');
    if (button && button.dataset.join) {
        joinRoom(button.dataset.join);
    } else if (button && button.line && link.ready && current) {
        current.lines.splice(current.lines.indexOf(button.line), 1);
        say(current, button.line.kind === 'act' ? `\x01ACTION ${button.line.text}\x01` : button.line.text);
        drawFrom(current.lines.length - SHOWN_STEP);
    }
};

el('log').onscroll = () => {
    if (isAtEnd()) {
        el('down').hidden = true;
        if (current && current.unread && !document.hidden)
            seen(current);
    } else if (el('log').scrollTop < 100) {
        showEarlier();
    }
};

el('down').onclick = toEnd;

for (const panel of ['rooms', 'people'])
    el('show-' + panel).onclick = () => {
        const open = el(panel).classList.toggle('open');
        el('show-' + panel).setAttribute('aria-expanded', String(open));
    };

el('notify').onclick = async () => {
    await Notification.requestPermission();
    el('notify').hidden = true;
};

function leaveChat(words) {
    link.over = true;
    if (link.ready)
        link.send('QUIT', words ? [words] : []);
    if (link.socket)
        link.socket.close(1000);
    rooms.clear();
    current = null;
    link.nick = link.account = link.token = '';
    link.lostAt = 0;
    forgetNodes();
    showRooms();
    showEntrance('');
}

el('leave').onclick = () => leaveChat('');

el('enter').onsubmit = (event) => {
    event.preventDefault();
    el('refusal').textContent = '';
    link.nick = '';
    link.open({ nick: el('nick').value.trim().replace(/\s+/g, '_'), account: el('account').value.trim(), password: el('password').value,
        make: el('make').checked && el('password').value !== '' });
};

for (const event of ['online', 'pageshow', 'focus'])
    window.addEventListener(event, () => link.hurry());
window.addEventListener('offline', () => link.drop());
document.addEventListener('visibilitychange', () => {
    if (document.hidden)
        return;
    link.hurry();
    showNewLines();
    if (current && isAtEnd())
        seen(current);
});

el('nick').value = kept().nick || '';
el('account').value = kept().account || '';
el('with-account').open = el('account').value !== '';
showRooms();
showEntrance('');
