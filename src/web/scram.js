/* SCRAM-SHA-256 (RFC 5802, RFC 7677). Over plain HTTP a page has no SubtleCrypto, so SHA-256 is here as well. */

const SHA256_K = (() => {
    const primes = [], k = [];
    for (let n = 2; primes.length < 64; n++)
        if (primes.every((p) => n % p))
            primes.push(n);
    for (const p of primes)
        k.push(Math.floor((Math.cbrt(p) % 1) * 0x100000000) | 0);
    return k;
})();
const SHA256_START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const sha256Words = new Int32Array(64);

function sha256Block(state, bytes, at) {
    const w = sha256Words;
    for (let i = 0; i < 16; i++, at += 4)
        w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
    for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + ((a >>> 7 | a << 25) ^ (a >>> 18 | a << 14) ^ a >>> 3) +
            ((b >>> 17 | b << 15) ^ (b >>> 19 | b << 13) ^ b >>> 10) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
        const one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + SHA256_K[i] + w[i] | 0;
        const two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + one | 0;
        d = c; c = b; b = a; a = one + two | 0;
    }
    const sums = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++)
        state[i] = state[i] + sums[i] | 0;
}

/* What is left of a message of `total` bytes whose whole blocks before it are in the state already. */
function sha256Finish(state, rest, total) {
    const last = new Uint8Array(rest.length % 64 < 56 ? rest.length + 64 - rest.length % 64 : rest.length + 128 - rest.length % 64);
    last.set(rest);
    last[rest.length] = 0x80;
    const view = new DataView(last.buffer);
    view.setUint32(last.length - 8, Math.floor(total / 0x20000000));
    view.setUint32(last.length - 4, total * 8 >>> 0);
    for (let i = 0; i < last.length; i += 64)
        sha256Block(state, last, i);
    const digest = new Uint8Array(32);
    state.forEach((word, i) => new DataView(digest.buffer).setInt32(4 * i, word));
    return digest;
}

function sha256(bytes) {
    return sha256Finish(Int32Array.from(SHA256_START), bytes, bytes.length);
}

/* A key, with its two blocks taken already. */
function hmacKey(key) {
    const block = new Uint8Array(64);
    block.set(key.length > 64 ? sha256(key) : key);
    return [0x36, 0x5c].map((pad) => {
        const state = Int32Array.from(SHA256_START);
        sha256Block(state, block.map((byte) => byte ^ pad), 0);
        return state;
    });
}

function hmacWith(key, bytes) {
    const inner = sha256Finish(key[0].slice(), bytes, 64 + bytes.length);
    return sha256Finish(key[1].slice(), inner, 96);
}

function xorInto(to, from) {
    for (let i = 0; i < to.length; i++)
        to[i] ^= from[i];
}

/* PBKDF2: by the browser if it will, else here, with pauses in which the page stays alive. */
async function saltPassword(password, salt, rounds) {
    const bytes = new TextEncoder().encode(password.normalize('NFKC'));
    if (globalThis.crypto && crypto.subtle) {
        const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits']);
        return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, key, 256));
    }
    const key = hmacKey(bytes), first = new Uint8Array(salt.length + 4);
    first.set(salt);
    first[salt.length + 3] = 1;
    let one = hmacWith(key, first);
    const sum = one.slice();
    for (let i = 1; i < rounds; i++) {
        one = hmacWith(key, one);
        xorInto(sum, one);
        if (i % 4096 === 0)
            await new Promise((go) => setTimeout(go));
    }
    return sum;
}

const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/* One exchange: first() to send, then answer(what the server said) until it is null, which means that the server has
 * proved that it knows the password as well. Throws what is wrong. */
class Scram {
    constructor(account, password, nonce) {
        this.password = password;
        this.nonce = nonce || toBase64(crypto.getRandomValues(new Uint8Array(18)));
        this.bare = 'n=' + account.replace(/=/g, '=3D').replace(/,/g, '=2C') + ',r=' + this.nonce;
        this.step = 0;
    }

    first() {
        return 'n,,' + this.bare;
    }

    async answer(text) {
        const parts = Object.fromEntries(text.split(',').map((part) => [part[0], part.slice(2)]));
        if (this.step++ > 0) {
            if (parts.v !== this.proof)
                throw new Error(parts.e || 'the server does not know the password');
            return null;
        }
        const rounds = Number(parts.i);
        if (!parts.r || !parts.r.startsWith(this.nonce) || !parts.s || !(rounds >= 4096 && rounds <= 10000000))
            throw new Error('the server speaks another SCRAM');
        const utf8 = (string) => new TextEncoder().encode(string);
        const salted = hmacKey(await saltPassword(this.password, fromBase64(parts.s), rounds));
        const own = 'c=biws,r=' + parts.r, whole = utf8(this.bare + ',' + text + ',' + own);
        const clientKey = hmacWith(salted, utf8('Client Key'));
        xorInto(clientKey, hmacWith(hmacKey(sha256(clientKey)), whole));
        this.proof = toBase64(hmacWith(hmacKey(hmacWith(salted, utf8('Server Key'))), whole));
        return own + ',p=' + toBase64(clientKey);
    }
}
