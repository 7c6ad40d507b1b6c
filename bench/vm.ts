import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Costs, costsOf } from './vm/boots.ts';
import { type Case, cases, type Peer, peers } from './vm/peers.ts';
import { type Row, tableOf } from './vm/table.ts';

/**
 * `npm run bench:vm [-- WORD...]`: boots the same system with the agent, with cloud-init and with neither, on a clock of
 * instructions (1 s is 1e9 of them, whatever else the host does), and prints what each costs. As root. Each word names
 * peers or a case: "bootagent/debian-12 worker"; "first" leaves the second boots out. What is measured is kept in
 * dist/bench-vm, and "table" prints that alone.
 */
const kept = 'dist/bench-vm';
const words = process.argv.slice(2);
const names = [...peers.map(({ name }) => name), ...Object.keys(cases), 'first', 'table'];
const wrong = words.find((word) => !names.some((name) => name.includes(word)));
if (wrong !== undefined) {
  console.error(`"${wrong}" names none of: ${names.join(', ')}`);
  process.exit(4);
}
const named = (name: string, all: readonly string[]) =>
  !words.some((word) => all.some((each) => each.includes(word))) || words.some((word) => name.includes(word));

mkdirSync(kept, { recursive: true });
for (const peer of words.includes('table')
  ? []
  : peers.filter(({ name }) => named(name, names.slice(0, peers.length)))) {
  for (const what of casesOf(peer)) {
    const began = Date.now();
    const costs = await costsOf(peer, what, words.includes('first') ? 'first' : 'both');
    writeFileSync(fileOf(peer, what), JSON.stringify(costs, undefined, 1));
    const minutes = ((Date.now() - began) / 60_000).toFixed(1);
    console.error(`${peer.name}, ${what}: ${costs.first.version}; in ${minutes} min`);
  }
}
console.log(tableOf(rows()));

/** Nobody does the same whatever is asked. */
function casesOf(peer: Peer): readonly Case[] {
  const all = Object.keys(cases) as Case[]; // the keys of our own table
  return peer.kind === 'nobody' ? ['minimal'] : all.filter((what) => named(what, all));
}

function fileOf({ name }: Peer, what: Case): string {
  return join(kept, `${name.replace('/', '-')}-${what}.json`);
}

function rows(): readonly Row[] {
  return peers.flatMap((peer) =>
    (Object.keys(cases) as Case[]).flatMap((what) => {
      const costs = read(peer, what);
      const nobody = peers.find(({ kind, release }) => kind === 'nobody' && release === peer.release);
      const bare = nobody && nobody !== peer ? read(nobody, 'minimal') : undefined;
      return (['first', 'second'] as const).flatMap((boot) => {
        const cost = costs?.[boot];
        return cost ? [{ peer: peer.name, what, boot, cost, bare: bare?.[boot] }] : [];
      });
    }),
  );
}

function read(peer: Peer, what: Case): Costs | undefined {
  const file = fileOf(peer, what);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
