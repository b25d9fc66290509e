// npm's irc-framework at the web door, as web clients of IRC use it, for t/43-web-clients.bats.
//
//   node irc-framework.js PORT NICK [ACCOUNT PASSWORD]
//
// Each line of standard input is JavaScript about `client`, such as client.join("#a"). What comes is printed, an event a
// line: its name, and what irc-framework made of it as JSON. Ends with the connection, or with standard input.
'use strict';
global.WebSocket = require('ws');
const IRC = require('irc-framework');
const [port, nick, account, password] = process.argv.slice(2);

const client = new IRC.Client();
client.use((_, __, parsed) => parsed.use((command, event, ___, next) => {
    console.log(command, JSON.stringify(event));
    next();
}));
client.on('socket close', () => process.exit());
client.requestCap(['draft/chathistory', 'draft/event-playback']);
client.connect({
    host: 'localhost', port: Number(port), path: '/', nick, username: nick, gecos: nick, auto_reconnect: false, enable_echomessage: true,
    transport: require('irc-framework/src/transports/websocket'), account: account ? { account, password } : {},
});
require('readline').createInterface({ input: process.stdin }).on('line', (line) => new Function('client', line)(client)).on('close', () => client.quit());
