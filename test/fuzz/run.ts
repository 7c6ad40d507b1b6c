import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../agent/base/problem.ts';
import { mutatedBytes, mutatedText, oneOf, type Random, randomFrom } from './mutations.ts';
import { type Reader, readers } from './readers.ts';

/** Inputs that failed before, one folder per reader: each run starts with them. */
const kept = join(import.meta.dirname, 'kept');
/** The limit for the CPU time of one input in milliseconds, far above the time that any input of its length needs. */
const slowMs = 2_000;

export interface Failure {
  readonly reader: string;
  readonly why: string;
  readonly input: string | Uint8Array;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly failures: readonly Failure[];
}

interface Limits {
  readonly seed: number;
  readonly inputs: number;
  readonly seconds?: number;
}

/** Reads the stored inputs, and then mutated inputs until their number or the time limit is reached. */
export async function fuzzReaders({ seed, inputs, seconds = Number.POSITIVE_INFINITY }: Limits): Promise<FuzzResult> {
  const random = randomFrom(seed);
  const chosen = readers.flatMap((reader) => Array.from({ length: reader.share }, () => reader));
  const failures: Failure[] = [];
  const ends = performance.now() + seconds * 1_000;
  let count = 0;
  const attempt = async (reader: Reader, input: string | Uint8Array): Promise<void> => {
    count++;
    const why = await failureOf(reader, input);
    if (why !== undefined && failures.length < 20) failures.push({ reader: reader.name, why, input });
  };
  for (const reader of readers) for (const input of keptFor(reader)) await attempt(reader, input);
  while (count < inputs && performance.now() < ends) {
    const reader = oneOf(random, chosen);
    await attempt(reader, inputFor(reader, random));
  }
  return { inputs: count, failures };
}

async function failureOf(reader: Reader, input: string | Uint8Array): Promise<string | undefined> {
  const before = process.cpuUsage();
  try {
    await reader.read(input as string & Uint8Array);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'unexpected') return String((error as Error).stack ?? error);
  }
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1_000;
  return ms > slowMs ? `it took ${ms} ms` : undefined;
}

function inputFor({ seeds }: Reader, random: Random): string | Uint8Array {
  const seed = oneOf(random, seeds);
  const texts = seeds.filter((each) => typeof each === 'string');
  return typeof seed === 'string' ? mutatedText(random, seed, texts) : mutatedBytes(random, seed);
}

const folderOf = (reader: string): string => join(kept, reader.replaceAll(' ', '-'));

function keptFor({ name, seeds }: Reader): (string | Uint8Array)[] {
  try {
    const isText = typeof seeds[0] === 'string';
    const paths = readdirSync(folderOf(name)).map((file) => join(folderOf(name), file));
    return paths.map((path) => (isText ? readFileSync(path, 'utf8') : readFileSync(path)));
  } catch {
    return []; // no stored failures
  }
}

if (process.argv[1] === import.meta.filename) {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  const seconds = process.argv[2] === undefined ? 120 : Number(process.argv[2]);
  const { inputs, failures } = await fuzzReaders({
    seed,
    inputs: process.argv[2] ? Number.POSITIVE_INFINITY : 100_000,
    seconds,
  });
  for (const { reader, why, input } of failures) {
    const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
    mkdirSync(folderOf(reader), { recursive: true });
    writeFileSync(join(folderOf(reader), name), input);
    console.log(`${reader}: ${why}\n  kept as ${join(folderOf(reader), name)}`);
  }
  console.log(`seed ${seed}: ${inputs} inputs, ${failures.length} failures`);
  process.exit(failures.length > 0 ? 1 : 0);
}
