/* What is known of rooms: their lines, their people. A room is a channel, or a conversation with one person. No document
 * here: view.js shows it. */

const LINES_MOST = 100000; /* of one room; the oldest go first */
const TYPING_MS = 6000;

const rooms = new Map(); /* by fold(name), in the order in which they came */
let current = null;

function isChannel(name) {
    return '#&'.includes(name[0]);
}

class Room {
    constructor(name) {
        this.name = name;
        this.lines = []; /* {kind, nick, text, time, id, own, state, label, node} in the order of the server */
        this.ids = new Set();
        this.people = new Map(); /* fold(nick) to {nick, sign, away} */
        this.typing = new Map(); /* fold(nick) to {nick, until} */
        this.topic = '';
        this.unread = this.loud = 0;
        this.read = null; /* up to when it was read, on whatever device; null: not known */
        this.divider = null; /* the first line that was not seen */
        this.joined = false;
        this.complete = false; /* nothing is known to be before the first line */
        this.loading = null;   /* what was asked of the history: {how, rounds} */
        this.draft = '';
    }

    /* Where a line of the past belongs: behind those of the same time, or before them. */
    placeOf(time, before) {
        let low = 0, high = this.lines.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (before ? this.lines[middle].time < time : this.lines[middle].time <= time)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /* past: '' for a line of now; 'after' or 'before', where it goes among those of the same time. Returns where it is now,
     * or -1 if it was there already. */
    add(line, past) {
        if (line.id && this.ids.has(line.id))
            return -1;
        if (line.id)
            this.ids.add(line.id);
        const at = past ? this.placeOf(line.time, past === 'before') : this.lines.length;
        if (at === this.lines.length)
            this.lines.push(line);
        else
            this.lines.splice(at, 0, line);
        if (this.lines.length > LINES_MOST) {
            for (const gone of this.lines.splice(0, LINES_MOST / 10))
                this.ids.delete(gone.id);
            this.complete = false;
            return this.lines.length - 1;
        }
        return at;
    }

    /* Own words that came back, or whose fate was unknown and that the history has: the last such line. */
    findOwn(test) {
        for (let i = this.lines.length - 1; i >= 0 && i > this.lines.length - 500; i--)
            if (this.lines[i].state && test(this.lines[i]))
                return i;
        return -1;
    }

    firstKnown() {
        return this.lines.find((line) => line.id);
    }

    lastKnown() {
        for (let i = this.lines.length - 1; i >= 0; i--)
            if (this.lines[i].id)
                return this.lines[i];
        return null;
    }

    typists() {
        const now = Date.now();
        for (const [key, typist] of this.typing)
            if (typist.until < now)
                this.typing.delete(key);
        return [...this.typing.values()].map((typist) => typist.nick);
    }
}

function findRoom(name) {
    return rooms.get(fold(name));
}

function openRoom(name) {
    let room = findRoom(name);
    if (!room) {
        room = new Room(name);
        rooms.set(fold(name), room);
        showSoon('rooms');
    }
    return room;
}

function closeRoom(room) {
    rooms.delete(fold(room.name));
    if (current === room)
        goTo(rooms.values().next().value || null);
    showSoon('rooms');
    keepRooms();
}

/* Those who share a room with somebody. */
function roomsOf(nick) {
    return [...rooms.values()].filter((room) => room.people.has(fold(nick)));
}

/* ---- what is kept for the next visit: no password, no word that was said ---- */

function kept() {
    try {
        return JSON.parse(localStorage.getItem('forkchat')) || {};
    } catch {
        return {};
    }
}

function keep(values) {
    try {
        localStorage.setItem('forkchat', JSON.stringify(Object.assign(kept(), values)));
    } catch {
        /* a private window: nothing is kept */
    }
}

function keepRooms() {
    keep({ rooms: [...rooms.values()].filter((room) => isChannel(room.name)).map((room) => room.name) });
}
