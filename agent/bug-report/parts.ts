import { ownPaths } from '../base/own-paths.ts';
import { parsedJson } from '../base/parsed-json.ts';
import { hidden } from '../base/shown-url.ts';
import type { Layer } from '../config/layers.ts';
import { gatherFacts } from '../facts/gather.ts';
import { anyExit } from '../host/any-exit.ts';
import type { Host } from '../host/host.ts';
import { thisMachine } from '../host/linux.ts';
import type { Instance } from '../metadata/datasource.ts';
import type { UserData } from '../userdata/reading.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import type { ReportPart } from './collect.ts';
import { isSecretMetadata } from './known-secrets.ts';
import type { Scrubber } from './scrub.ts';
import { shownConfig, shownUserData } from './shown-config.ts';

/** What a report is made from. */
export interface ReportSources {
  readonly host: Host;
  readonly version: string;
  readonly instance: Instance | undefined;
  readonly layers: readonly { readonly layer: Layer; readonly configs: readonly Mapping[] }[];
  readonly userData: UserData;
  readonly vendorData: readonly UserData[];
  readonly scrub: Scrubber;
  /** Returns the plan of this machine, as JSON. */
  plan(): Promise<string>;
}

/** The most of a log that is taken: its end. */
const mostLog = 2 ** 18;

/** Returns the parts of a report. Nothing of them is read yet. */
export async function partsOf(sources: ReportSources): Promise<readonly ReportPart[]> {
  const { host, version, instance, layers, userData, vendorData } = sources;
  const data = (name: string, make: () => unknown): ReportPart => ({ name, make: async () => make() });
  const records = (name: string, path: string): ReportPart => ({
    name,
    make: async () => (await host.readText(path))?.split('\n').filter(Boolean).map(parsed),
  });
  const logs = await host.list(ownPaths.logs).catch(() => []);
  return [
    data('version.json', () => ({ version, node: process.version, architecture: process.arch })),
    data('facts.json', () => gatherFacts(thisMachine(), host)),
    ...layers.map(({ layer: { path }, configs }, index) =>
      data(`config/${String(index + 1).padStart(2, '0')}${path.replaceAll('/', '_').slice(-80)}.json`, () => ({
        path,
        configs: configs.map(shownConfig),
      })),
    ),
    data('user-data.json', () => instance && shownUserData(userData)),
    data('vendor-data.json', () => instance && vendorData.map(shownUserData)),
    data('instance.json', () => instance && shownInstance(instance)),
    { name: 'plan.json', make: async () => parsed(await sources.plan()) },
    records('journal.json', ownPaths.journal),
    records('boots.json', ownPaths.boots),
    records('notes.json', `${ownPaths.state}/notes.json`),
    { name: 'status.json', make: async () => parsed(await host.readText(ownPaths.status)) },
    data('state-files.json', () => fileNames(host)),
    ...logs.map((name) => ({
      name: `logs/${name}`,
      make: () => endOfLog(host, `${ownPaths.logs}/${name}`),
    })),
    ...(host.offline ? [] : machineParts(host)),
  ];
}

/** Returns the parts that only a running machine has. */
function machineParts(host: Host): readonly ReportPart[] {
  const output = (name: string, argv: readonly string[]): ReportPart => ({
    name,
    make: async () => {
      const { stdout, stderr, code } = await host.run(argv, { accept: anyExit, timeoutMs: 20_000 });
      return code === 0 ? stdout : `${stdout}${stderr}\n(exit ${code})\n`;
    },
  });
  const units = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];
  return [
    { name: 'kernel-command-line.txt', make: () => host.readText('/proc/cmdline') },
    { name: 'os-release.txt', make: () => host.readText('/etc/os-release') },
    { name: 'mountinfo.txt', make: () => host.readText('/proc/self/mountinfo') },
    output('units.txt', ['systemctl', 'show', ...units, 'sshd.service', 'network-online.target']),
    output('failed-units.txt', ['systemctl', 'list-units', '--failed', '--no-pager', '--plain', '--no-legend']),
    output('jobs.txt', ['systemctl', 'list-jobs', '--no-pager', '--no-legend']),
    output('journal.txt', [
      'journalctl',
      '--boot',
      '--unit=bootagent*',
      '--no-pager',
      '--output=short-monotonic',
      '--lines=5000',
    ]),
  ];
}

/** Returns the instance without what is secret: by the name of its key, wherever it is. */
function shownInstance({ userData, vendorData, secrets, ...rest }: Instance): unknown {
  const hide = (key: string, value: unknown): unknown =>
    isSecretMetadata(key) && value !== undefined && value !== null ? hidden : value;
  // The value is plain JSON, so the round trip keeps its shape.
  const shown = JSON.parse(JSON.stringify({ ...rest, ready: undefined }, hide)) as object;
  return {
    ...shown,
    ...(rest.ready && { ready: { method: rest.ready.method, url: rest.ready.url } }),
    userDataBytes: userData?.length ?? 0,
    vendorDataBytes: vendorData.map(({ length }) => length),
    secrets: secrets.length,
  };
}

async function endOfLog(host: Host, path: string): Promise<string | undefined> {
  const stat = await host.stat(path);
  if (stat?.type !== 'file') return undefined;
  const from = Math.max(0, stat.size - mostLog);
  const bytes = await host.readBytes(path, { from, length: mostLog });
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString();
  // The first line may begin within a secret.
  return from === 0 ? text : `(${from} bytes are left out)\n${text.slice(text.indexOf('\n') + 1)}`;
}

/** Returns names, sizes and modes of the agent's own files. */
async function fileNames(host: Host): Promise<readonly object[]> {
  const found: object[] = [];
  for (const folder of [ownPaths.state, ownPaths.runtime, ownPaths.config, ownPaths.logs]) {
    for (const name of await host.list(folder)) {
      const stat = await host.stat(`${folder}/${name}`);
      if (stat)
        found.push({ path: `${folder}/${name}`, type: stat.type, size: stat.size, mode: stat.mode.toString(8) });
    }
  }
  return found;
}

/** Returns a line as data, or as its text if it is damaged. */
function parsed(text: string | undefined): unknown {
  const value = text === undefined ? undefined : parsedJson(text);
  return value === undefined ? text : value;
}
