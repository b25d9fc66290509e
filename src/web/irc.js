/* Messages of IRC: taken apart and put together. No document here. */

/* Names as RFC 1459 compares them. */
function fold(name) {
    return name.replace(/[A-Z[\]\\~]/g, (c) => ({ '[': '{', ']': '}', '\\': '|', '~': '^' })[c] || c.toLowerCase());
}

const TAG_ESCAPES = { ':': ';', s: ' ', r: '\r', n: '\n' };

function parseMessage(line) {
    const message = { tags: Object.create(null), source: '', nick: '', verb: '', words: [] };
    if (line[0] === '@') {
        const end = (line + ' ').indexOf(' ');
        for (const tag of line.slice(1, end).split(';')) {
            const at = tag.indexOf('=');
            const value = at < 0 ? '' : tag.slice(at + 1);
            message.tags[at < 0 ? tag : tag.slice(0, at)] = value.replace(/\\(.?)/g, (_, c) => TAG_ESCAPES[c] || c);
        }
        line = line.slice(end).trimStart();
    }
    if (line[0] === ':') {
        const end = (line + ' ').indexOf(' ');
        message.source = line.slice(1, end);
        message.nick = message.source.split('!')[0];
        line = line.slice(end).trimStart();
    }
    const trailing = line.indexOf(' :');
    const words = (trailing < 0 ? line : line.slice(0, trailing)).split(' ').filter((word) => word);
    if (trailing >= 0)
        words.push(line.slice(trailing + 2));
    message.verb = (words.shift() || '').toUpperCase();
    message.words = words;
    return message;
}

function escapeTag(value) {
    return value.replace(/[; \r\n\\]/g, (c) => ({ ';': '\\:', ' ': '\\s', '\r': '\\r', '\n': '\\n' })[c] || '\\\\');
}

/* Whatever is in the words, it becomes one line. */
function formatMessage(verb, words, tags) {
    const clean = words.map((word) => String(word).replace(/[\r\n\0]+/g, ' '));
    let line = '';
    for (const key in tags || {})
        line += (line ? ';' : '@') + key + (tags[key] === '' ? '' : '=' + escapeTag(tags[key]));
    line += (line ? ' ' : '') + verb;
    clean.forEach((word, i) => {
        const last = i === clean.length - 1;
        line += ' ' + (last && (word === '' || word[0] === ':' || word.includes(' ')) ? ':' + word : word);
    });
    return line;
}

/* Bold, colours and the like: left out. */
function plainText(text) {
    return text.replace(/\x03(\d{1,2}(,\d{1,2})?)?|\x04[0-9a-fA-F]{0,6}|[\x00-\x08\x0b-\x1f\x7f]/g, '');
}

/* A text in pieces of at most `most` bytes, cut at blanks if there are any. */
function cutText(text, most) {
    const encoder = new TextEncoder();
    const pieces = [];
    while (encoder.encode(text).length > most) {
        let bytes = 0, end = 0, blank = 0;
        for (const c of text) {
            bytes += encoder.encode(c).length;
            if (bytes > most)
                break;
            if (c === ' ')
                blank = end;
            end += c.length;
        }
        const cut = blank > 0 ? blank : end;
        pieces.push(text.slice(0, cut));
        text = text.slice(blank > 0 ? cut + 1 : cut);
    }
    pieces.push(text);
    return pieces;
}
