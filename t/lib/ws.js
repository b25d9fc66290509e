// npm's ws at the web door, for t/43-web-clients.bats: each of `rows` over a connection of its own.
//
//   node ws.js PORT    prints what went wrong, and how many rows there are
'use strict';
const WebSocket = require('ws');
const url = `ws://localhost:${process.argv[2]}/`;

// What comes of it: "PONG" of the server's, "pong …" of the door's, "close CODE", or "error …".
const rows = [
    ['text', (ws) => ws.send('PING :a'), 'PONG'],
    ['text in three fragments, with a ping between', (ws) => {
        ws.send('PING', { fin: false });
        ws.ping('x');
        ws.send(' :', { fin: false });
        ws.send('é');
    }, 'PONG'],
    ['a ping', (ws) => ws.ping('is anybody there?'), 'pong is anybody there?'],
    ['a pong nobody asked for', (ws) => { ws.pong('x'); ws.send('PING :a'); }, 'PONG'],
    ['compression, which is declined', (ws) => ws.send(ws.extensions === '' ? 'PING :a' : 'QUIT', { compress: true }), 'PONG'],
    ['bytes', (ws) => ws.send(Buffer.from('PING :a'), { binary: true }), 'PONG', ['binary.ircv3.net', 'text.ircv3.net']],
    ['no subprotocol', (ws) => ws.send('PING :a'), 'PONG', []],
    ['a subprotocol that is not had', () => undefined, 'error Server sent no subprotocol', ['soap']],
    ['bytes where text was agreed on', (ws) => ws.send(Buffer.from('PING :a')), 'close 1003'],
    ['text without a mask', (ws) => ws.send('PING :a', { mask: false }), 'close 1002'],
    ['text that is too long', (ws) => ws.send('a'.repeat(5000)), 'close 1009'],
    ['a close with a code of its own', (ws) => ws.close(4321, 'ciao'), 'close 4321'],
    ['a close without', (ws) => ws.close(), 'close 1005'],
    ['QUIT', (ws) => ws.send('QUIT'), 'close 1000'],
];

function outcome([, act, expected, protocols = ['text.ircv3.net']], number) {
    return new Promise((resolve) => {
        const ws = new WebSocket(url, protocols);
        ws.on('open', () => {
            for (const line of [`NICK w${number}`, 'USER w 0 * :w'])
                ws.send(protocols.length && protocols[0].startsWith('binary') ? Buffer.from(line) : line);
            act(ws);
        });
        ws.on('message', (data) => / PONG /.test(data) && expected === 'PONG' && resolve('PONG'));
        ws.on('pong', (data) => expected.startsWith('pong') && resolve(`pong ${data}`));
        ws.on('close', (code) => resolve(`close ${code}`));
        ws.on('error', (error) => resolve(`error ${error.message}`));
    }).then((got) => {
        if (got !== expected) console.log(`${rows[number][0]}: ${got}, and not ${expected}`);
        return got === expected;
    });
}

Promise.all(rows.map(outcome)).then((results) => {
    console.log(`${rows.length} rows`);
    process.exit(results.every(Boolean) ? 0 : 1);
});
