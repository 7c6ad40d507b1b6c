import { lstatSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { exit } from '../base/exit-codes.ts';
import { asProblem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';
import { collectParts, type MissingPart } from '../bug-report/collect.ts';
import { knownSecrets } from '../bug-report/known-secrets.ts';
import { partsOf, type ReportSources } from '../bug-report/parts.ts';
import { scrubber } from '../bug-report/scrub.ts';
import { tarOf } from '../bug-report/tar.ts';
import { layerFiles, readLayers } from '../config/layers.ts';
import type { Host } from '../host/host.ts';
import { fromJson } from '../identity/instance-json.ts';
import type { Instance } from '../metadata/datasource.ts';
import { folderStore } from '../state/folder-store.ts';
import { readUserData } from '../userdata/read-user-data.ts';
import type { UserData } from '../userdata/reading.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';
import { outputTo } from './output.ts';
import { planDocument } from './plan-document.ts';

/** Writes one archive for a bug report, with secrets hidden. What cannot be read is named in it. */
export const run: Work['run'] = async (given, io) => {
  const host = machineOf(given);
  const missing: MissingPart[] = [];
  const sources = await sourcesOf(host, io, missing);
  const parts = await partsOf(sources);
  const collected = await collectParts(parts, sources.scrub);
  missing.push(...collected.missing);
  const summary = {
    schema_version: 1,
    version: io.version,
    created: new Date(host.clock()).toISOString(),
    root: host.privileged || host.offline,
    files: collected.files.map(({ name, content }) => ({ name, bytes: content.length })),
    missing,
  };
  const index = {
    name: 'report.json',
    content: new TextEncoder().encode(`${JSON.stringify(summary, undefined, 2)}\n`),
  };
  const seconds = Math.floor(host.clock() / 1000);
  const folder = `bootagent-report-${new Date(seconds * 1000).toISOString().slice(0, 19).replace(/\D/g, '')}`;
  const files = [index, ...collected.files].map((each) => ({ ...each, name: `${folder}/${each.name}` }));
  const path = resolve(given.options.out ?? `${folder}.tar.gz`);
  const packed = await promisify(gzip)(tarOf(files, seconds));
  const old = lstatSync(path, { throwIfNoEntry: false });
  // A file that exists would keep its mode, and a link would lead elsewhere. Devices and the links of /dev are written to.
  if (old?.isFile() || (old?.isSymbolicLink() && !path.startsWith('/dev/'))) rmSync(path);
  outputTo('--out', path, packed, 0o600);
  if (given.options.format === 'json') io.out(`${JSON.stringify({ ...summary, path }, undefined, 2)}\n`);
  else {
    for (const { name, why } of missing) io.err(`not in the report: ${name}: ${why}\n`);
    io.out(
      `${path}: ${files.length} files, ${packed.length} bytes. Secrets are hidden; look through it before you pass it on.\n`,
    );
  }
  return exit.done;
};

/** Reads the configuration, the user-data and their secrets first: without these nothing could be scrubbed. */
async function sourcesOf(host: Host, io: Io, missing: MissingPart[]): Promise<ReportSources> {
  const miss = (name: string, error: unknown): undefined =>
    void missing.push({ name, why: error instanceof Error ? asProblem(error).message : String(error) });
  const schedule = await io.schedule();
  const instance = instanceOf(host, miss);
  const files = await layerFiles(host, (problem) => miss('config', problem));
  const layers = [];
  for (const layer of files)
    layers.push({ layer, configs: await readLayers([layer], (problem) => miss(layer.path, problem)) });
  const read = (bytes: Uint8Array | undefined, source: string): Promise<UserData> => readUserData(bytes, { source });
  const userData = await read(instance?.userData, 'user-data');
  const vendorData = await Promise.all((instance?.vendorData ?? []).map((bytes) => read(bytes, 'vendor-data')));
  const configs = [
    ...layers.flatMap((each) => each.configs),
    userData.config,
    ...vendorData.map(({ config }) => config),
  ];
  const known = await knownSecrets(configs, { instance, schedule, host });
  const scrub = scrubber(known.secrets, known.publicWords);
  const cleaned = missing.splice(0).map(({ name, why }) => ({ name, why: scrub.text(why) }));
  missing.push(...cleaned);
  return {
    host,
    version: io.version,
    instance,
    layers,
    userData,
    vendorData,
    scrub,
    plan: () => planDocument(host, schedule, io),
  };
}

function instanceOf(host: Host, miss: (name: string, error: unknown) => undefined): Instance | undefined {
  try {
    const text = folderStore(host.root).read('instance.json');
    return text === undefined
      ? miss('instance.json', 'no instance is known on this machine')
      : fromJson(JSON.parse(text));
  } catch (error) {
    return miss('instance.json', error);
  }
}
