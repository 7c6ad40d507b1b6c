import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { facts } from '../test/support/facts.ts';
import { type Netns, withNetns } from '../test/support/netns/netns.ts';
import { bootagent } from './storm/guests.ts';
import { type Outcome, storm } from './storm/storm.ts';

/**
 * `npm run bench:real-storm`, as root: two hundred real agent processes in a network namespace, against a service of low
 * capacity, compared with the simulation of the same load. Takes minutes and most of a small machine.
 */
const guests = Number(process.env.GUESTS ?? 200);
const windowMs = Number(process.env.WINDOW_SECONDS ?? 90) * 1_000;
const limit = { capacity: Number(process.env.CAPACITY ?? 6), queue: 3 };
// Uses the built executable if there is one: it starts with a tenth of the CPU time, so that a small machine keeps up.
const built = join(import.meta.dirname, '../dist/bootagent');
const agent = existsSync(built) ? [built] : [process.execPath, join(import.meta.dirname, '../agent/main.ts')];
const seedTree = join(import.meta.dirname, '../examples/seed-tree');

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-storm-'));
try {
  await withNetns(1, async (here) => {
    if (here) await compare(here);
  });
} finally {
  rmSync(scratch, { recursive: true });
}

async function compare(here: Netns): Promise<void> {
  here.ip('addr', 'add', '169.254.169.254/32', 'dev', 'lo');
  const service = here.start('serve.ts', { host: '169.254.169.254', port: 80, dialects: ['imdsv1'], limit });
  await service.line(/^ready/);
  const began = Date.now();
  const ended = await Promise.all(Array.from({ length: guests }, (_, index) => guest(here, index)));
  const seen = service.lines.filter((line) => / GET /.test(line)).map((line) => Number(line.split(' ')[0]) - began);
  const starts = startsOf(service.lines, began);
  const real: Outcome = {
    lost: ended.filter((known) => !known).length,
    lastS: Math.max(...seen) / 1_000,
    requests: seen.length,
    peak: mostOften(seen.map((at) => Math.floor(at / 1_000))),
  };
  const simulated = await storm(bootagent(facts(), { restMs: 300 }), { guests, ...limit, starts, roundTripMs: 3 });
  for (const [name, { lost, lastS, requests, peak }] of Object.entries({ real, simulated })) {
    process.stdout.write(
      `${name}: lost ${lost}, last answer at ${lastS.toFixed(1)} s, ${requests} requests, peak ${peak}/s\n`,
    );
  }
  const off = Math.max(share(real.lastS, simulated.lastS), share(real.requests, simulated.requests));
  process.stdout.write(`the simulation is off by ${(off * 100).toFixed(0)} %\n`);
  process.exitCode = off <= 0.2 && real.lost === simulated.lost ? 0 : 1;
}

/** Runs one agent with its own root; returns whether it identified its instance. */
async function guest(here: Netns, index: number): Promise<boolean> {
  await pause((index / guests) * windowMs);
  const root = join(scratch, String(index));
  cpSync(seedTree, root, { recursive: true });
  mkdirSync(join(root, 'etc/bootagent'), { recursive: true });
  mkdirSync(join(root, 'var/lib/bootagent'), { recursive: true });
  writeFileSync(join(root, 'etc/bootagent/bootagent.yaml'), 'datasource_list: [Ec2]\n');
  writeFileSync(join(root, 'var/lib/bootagent/fresh'), '');
  const { lines, ended } = here.run([...agent, 'run', 'early', 'main', 'final', '--root', root]);
  await ended;
  return lines.some((line) => line.includes('i-0abc'));
}

/** Returns the time of each guest's first request, by connection: the simulation starts its guests at the same times. */
function startsOf(lines: readonly string[], began: number): readonly number[] {
  const first = new Map<string, number>();
  for (const line of lines.filter((each) => / GET /.test(each))) {
    const [at, , , from = ''] = line.split(' ');
    if (!first.has(from)) first.set(from, Number(at) - began);
  }
  if (first.size !== guests) process.stdout.write(`${first.size} connections of ${guests} guests\n`);
  return [...first.values()].slice(0, guests);
}

function mostOften(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(...counts.values());
}

function share(one: number, other: number): number {
  return Math.abs(one - other) / other;
}
