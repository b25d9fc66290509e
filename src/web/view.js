/* What is seen. Everything that somebody said gets into the document as text, never as HTML. */

const SHOWN_MOST = 600, SHOWN_STEP = 200;

const el = (id) => document.getElementById(id);

function make(tag, classes, text) {
    const node = document.createElement(tag);
    if (classes)
        node.className = classes;
    if (text !== undefined)
        node.textContent = text;
    return node;
}

function announce(text) {
    if (el('status').textContent !== text)
        el('status').textContent = text;
}

/* Many changes at once are shown once. A hidden page is not drawn, but its title is. */
const due = new Set();
const SHOW = { rooms: showRooms, people: showPeople, typing: showTyping, head: showHead, lines: showNewLines };

function showSoon(what, room) {
    if (room && room !== current)
        return;
    if (due.size === 0)
        (document.hidden ? (act) => setTimeout(act, 250) : requestAnimationFrame)(() => {
            const all = [...due];
            due.clear();
            for (const each of all)
                SHOW[each]();
        });
    due.add(what);
}

/* ---- lines ---- */

const shown = { room: null, from: 0, to: 0 }; /* which of the room's lines are in the document */

function colour(nick) {
    let sum = 0;
    for (const c of fold(nick))
        sum = (sum * 31 + c.codePointAt(0)) % 997;
    return 'n' + (sum % 8);
}

const LINKS = /(https?:\/\/[^\s<>"]+)|(^|[\s(])(#[^\s,:#()]+)/g;

/* Words with links, to pages and to rooms. */
function addWords(node, text) {
    let at = 0;
    for (const match of text.matchAll(LINKS)) {
        const word = match[1] ? match[1].replace(/[.,;:!?'")\]]+$/, '') : match[3];
        const start = match.index + (match[1] ? 0 : match[2].length);
        node.append(text.slice(at, start));
        const part = make(match[1] ? 'a' : 'button', match[1] ? '' : 'join', word);
        if (match[1])
            Object.assign(part, { href: word, target: '_blank', rel: 'noopener noreferrer' });
        else
            part.dataset.join = word;
        node.append(part);
        at = start + word.length;
    }
    node.append(text.slice(at));
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

function makeLine(line) {
    const node = make('p', `${line.kind}${line.loud ? ' loud' : ''}${line.own ? ' own' : ''}${line.state ? ' ' + line.state : ''}`);
    if (line.kind === 'gap') {
        node.textContent = line.text;
        return node;
    }
    const body = make('span', 'body');
    if (line.nick) {
        const nick = make('span', 'nick ' + colour(line.nick), line.nick);
        body.append(...(line.kind === 'act' ? ['* ', nick, ' '] : [nick, line.kind === 'notice' ? ' – ' : ': ']));
    }
    addWords(body, line.text);
    if (line.state === 'lost') {
        const again = make('button', 'again', 'Not sent: send again');
        again.line = line;
        body.append(' ', again);
    }
    const time = make('time', '', clock.format(line.time));
    time.setAttribute('aria-hidden', 'true');
    time.dateTime = new Date(line.time).toISOString();
    node.append(body, time);
    return node;
}

function dayOf(line) {
    return new Date(line.time).toDateString();
}

/* The nodes of the room's line number `at`, with what goes in front of it. */
function nodesOf(room, at) {
    const line = room.lines[at], nodes = [];
    if (line.time && (at === 0 ? dayOf(line) !== new Date().toDateString() : dayOf(line) !== dayOf(room.lines[at - 1])))
        nodes.push(make('p', 'day', calendar.format(line.time)));
    if (room.divider === line && at > 0)
        nodes.push(make('p', 'new', 'New'));
    line.node = makeLine(line);
    nodes.push(line.node);
    return nodes;
}

function isAtEnd() {
    const log = el('log');
    return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
}

function toEnd() {
    el('log').scrollTop = el('log').scrollHeight;
    el('down').hidden = true;
}

function forgetNodes() {
    if (shown.room)
        for (const line of shown.room.lines.slice(shown.from, shown.to))
            line.node = null;
}

/* The lines from that one on, all anew; not read out. */
function drawFrom(from, keepPlace) {
    const log = el('log'), room = current;
    const below = log.scrollHeight - log.scrollTop;
    log.setAttribute('aria-busy', 'true');
    forgetNodes();
    Object.assign(shown, { room, from: Math.max(0, from), to: room ? room.lines.length : 0 });
    const all = document.createDocumentFragment();
    for (let at = shown.from; at < shown.to; at++)
        all.append(...nodesOf(room, at));
    log.replaceChildren(all);
    if (keepPlace)
        log.scrollTop = log.scrollHeight - below;
    else
        toEnd();
    requestAnimationFrame(() => log.setAttribute('aria-busy', 'false'));
}

function showNewLines() {
    const room = current;
    if (!room || shown.room !== room)
        return;
    const end = isAtEnd(), log = el('log');
    if (shown.to > room.lines.length || room.lines.length - shown.to > SHOWN_MOST) {
        drawFrom(room.lines.length - SHOWN_STEP);
        return;
    }
    const all = document.createDocumentFragment();
    for (; shown.to < room.lines.length; shown.to++)
        all.append(...nodesOf(room, shown.to));
    log.append(all);
    if (!end)
        el('down').hidden = false;
    else if (shown.to - shown.from > SHOWN_MOST)
        drawFrom(room.lines.length - SHOWN_STEP);
    else
        toEnd();
}

/* A line that has come: into the room, and if that is open, into sight. False if it was there already. */
function put(room, line) {
    const before = room.lines.length, at = room.add(line, '');
    if (at < 0)
        return false;
    if (room.lines.length <= before && shown.room === room) /* the oldest were let go */
        drawFrom(room.lines.length - SHOWN_STEP);
    showSoon('lines', room);
    return true;
}

function refreshLine(room, line) {
    if (room !== shown.room || !line.node)
        return;
    const node = makeLine(line);
    line.node.replaceWith(node);
    line.node = node;
}

/* It is the last one now. */
function moveLine(room, line) {
    if (room !== shown.room)
        return;
    if (line.node) {
        line.node.remove();
        line.node = null;
        shown.to--;
    }
    showSoon('lines', room);
}

function showHistory(room) {
    if (room !== current)
        return;
    const log = el('log'), end = isAtEnd() || shown.room !== room || shown.to === shown.from;
    const before = shown.to - shown.from;
    drawFrom(end ? room.lines.length - SHOWN_STEP : room.lines.length - before - HISTORY_LINES, !end);
    if (log.scrollHeight <= log.clientHeight)
        showEarlier();
}

function showEarlier() {
    if (!current || shown.room !== current)
        return;
    if (shown.from > 0)
        drawFrom(shown.from - SHOWN_STEP, true);
    else
        askEarlier(current);
}

function clearRoom(room) {
    room.lines = [];
    room.ids.clear();
    room.complete = true;
    drawFrom(0);
}

/* ---- rooms and people ---- */

function goTo(room) {
    if (current)
        current.draft = el('input').value;
    if (current && current !== room)
        current.divider = null;
    current = room;
    el('rooms').classList.remove('open');
    el('people').classList.remove('open');
    showHead();
    showRooms();
    showPeople();
    showTyping();
    if (!room)
        return;
    el('input').value = room.draft;
    drawFrom(room.lines.length - SHOWN_STEP);
    seen(room);
    announce(isChannel(room.name) ? `The room ${room.name}` : `The conversation with ${room.name}`);
    fitInput();
}

/* All of the room's lines are in sight. */
function seen(room) {
    if (room.unread)
        showSoon('rooms');
    room.unread = room.loud = 0;
    const last = room.lastKnown();
    if (last && link.ready && link.caps.has('draft/read-marker') && room.marked !== last) {
        room.marked = last;
        link.send('MARKREAD', [room.name, 'timestamp=' + new Date(last.time).toISOString()]);
    }
}

/* What came since the room was read last, on whatever device: asked when its lines come, and when it is known. */
function countUnread(room) {
    if (room === current || room.read === null)
        return;
    const news = room.lines.filter((line) => line.id && !line.own && line.time > room.read);
    room.unread = news.length;
    room.loud = news.filter((line) => line.loud).length;
    room.divider = news[0] || null;
    showSoon('rooms');
}

/* Somebody has said something. */
function notice(room, line) {
    if (room === current && !document.hidden && isAtEnd()) {
        seen(room);
        return;
    }
    if (!room.unread)
        room.divider = line;
    room.unread++;
    room.loud += line.loud ? 1 : 0;
    showSoon('rooms');
    if (line.loud && document.hidden && 'Notification' in window && Notification.permission === 'granted') {
        const shownNote = new Notification(`${line.nick} in ${room.name}`, { body: line.text, tag: room.name });
        shownNote.onclick = () => {
            window.focus();
            goTo(room);
        };
    }
}

function showHead() {
    el('name').textContent = current ? current.name : 'forkchat';
    el('topic').textContent = current ? current.topic : '';
    el('topic').title = el('topic').textContent;
}

function showRooms() {
    let unread = 0, loud = 0;
    const filter = fold(el('find-text').value.replace(/^#/, ''));
    const items = [...rooms.values()].map((room) => {
        unread += room.unread;
        loud += room.loud;
        const item = make('li'), button = make('button', '', room.name);
        button.type = 'button';
        button.room = room;
        if (room === current)
            button.setAttribute('aria-current', 'true');
        if (room.unread) {
            button.append(make('span', room.loud ? 'count loud' : 'count', String(room.unread)));
            button.setAttribute('aria-label', `${room.name}, ${room.unread} new${room.loud ? `, ${room.loud} for you` : ''}`);
        }
        item.hidden = filter !== '' && !fold(room.name).includes(filter);
        item.append(button);
        return item;
    });
    const list = el('room-list'), focused = list.contains(document.activeElement) && document.activeElement.room;
    list.replaceChildren(...items);
    if (focused)
        for (const button of list.querySelectorAll('button'))
            if (button.room === focused)
                button.focus();
    document.title = `${unread ? `(${unread}) ` : ''}${current ? current.name + ' – ' : ''}forkchat`;
    showIcon(unread, loud);
}

let iconShown = '';

function showIcon(unread, loud) {
    const text = unread > 99 ? '99' : unread ? String(unread) : '';
    if (iconShown === text + loud)
        return;
    iconShown = text + loud;
    const canvas = make('canvas');
    canvas.width = canvas.height = 32;
    const pen = canvas.getContext('2d');
    pen.fillStyle = loud ? '#b3261e' : '#0b57d0';
    pen.beginPath();
    pen.arc(16, 16, 16, 0, 7);
    pen.fill();
    pen.fillStyle = '#fff';
    pen.font = 'bold 20px sans-serif';
    pen.textAlign = 'center';
    pen.fillText(text || 'f', 16, 23);
    el('icon').href = canvas.toDataURL();
}

function showPeople() {
    const people = current ? [...current.people.values()] : [];
    people.sort((a, b) => (b.sign > '') - (a.sign > '') || fold(a.nick).localeCompare(fold(b.nick)));
    el('people-list').replaceChildren(...people.slice(0, 1000).map((person) => {
        const item = make('li'), button = make('button', person.away ? 'away' : '');
        button.type = 'button';
        button.append(person.sign, make('span', colour(person.nick), person.nick));
        button.nick = person.nick;
        const about = `${person.nick}${person.sign.includes('@') ? ', operator' : ''}${person.away ? ', away' : ''}`;
        button.setAttribute('aria-label', about);
        item.append(button);
        return item;
    }));
    el('show-people').textContent = people.length ? `People (${people.length})` : 'People';
}

function showTyping() {
    const names = current ? current.typists() : [];
    el('typing').textContent = names.length === 0 ? '' : names.length > 3 ? 'Several people are typing…'
        : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
    if (names.length)
        setTimeout(() => showSoon('typing'), 1000);
}

function showEntrance(why) {
    el('chat').hidden = true;
    el('entrance').hidden = false;
    el('refusal').textContent = why;
    announce('');
    el('nick').focus();
}

function isChatShown() {
    return !el('chat').hidden;
}

function showChat() {
    el('chat').hidden = false;
    el('entrance').hidden = true;
    el('password').value = ''; /* whoever comes next gives theirs */
    el('make').checked = false;
    el('notify').hidden = !('Notification' in window && window.isSecureContext && Notification.permission === 'default');
    el('input').focus();
}
