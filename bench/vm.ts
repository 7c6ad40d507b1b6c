import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Costs, costsOf } from './vm/boots.ts';
import { chartOf } from './vm/chart.ts';
import { type Case, cases, type Peer, peers } from './vm/peers.ts';
import { type Row, tableOf } from './vm/table.ts';

/**
 * `npm run bench:vm [-- WORD...]`, as root: boots the same system with bootagent, with cloud-init and with neither, with a
 * clock that counts instructions (1 s is 1e9 instructions, independent of the load of the host), and prints the costs. Each
 * word selects peers or a case: "bootagent/debian-12 worker"; "first" skips the second boots. Results are kept in
 * dist/bench-vm; "table" only prints them. "chart" draws docs/boot-cost.svg from the table in docs/boot-cost.md.
 */
const kept = 'dist/bench-vm';
const words = process.argv.slice(2);
const names = [...peers.map(({ name }) => name), ...Object.keys(cases), 'first', 'table', 'chart'];
const wrong = words.find((word) => !names.some((name) => name.includes(word)));
if (wrong !== undefined) {
  console.error(`"${wrong}" names none of: ${names.join(', ')}`);
  process.exit(4);
}
const named = (name: string, all: readonly string[]) =>
  !words.some((word) => all.some((each) => each.includes(word))) || words.some((word) => name.includes(word));

mkdirSync(kept, { recursive: true });
if (words.includes('chart')) writeFileSync('docs/boot-cost.svg', chartOf(readFileSync('docs/boot-cost.md', 'utf8')));
for (const peer of words.includes('table') || words.includes('chart')
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

/** Returns the cases of a peer. A system without an agent behaves the same in every case. */
function casesOf(peer: Peer): readonly Case[] {
  const all = Object.keys(cases) as Case[]; // keys of the table `cases`
  return peer.kind === 'no-agent' ? ['minimal'] : all.filter((what) => named(what, all));
}

function fileOf({ name }: Peer, what: Case): string {
  return join(kept, `${name.replace('/', '-')}-${what}.json`);
}

function rows(): readonly Row[] {
  return peers.flatMap((peer) =>
    (Object.keys(cases) as Case[]).flatMap((what) => {
      const costs = read(peer, what);
      const bareSystem = peers.find(({ kind, release }) => kind === 'no-agent' && release === peer.release);
      const bare = bareSystem && bareSystem !== peer ? read(bareSystem, 'minimal') : undefined;
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
