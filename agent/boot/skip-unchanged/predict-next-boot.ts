import { stages } from '../../engine/module.ts';
import { overlayHost } from '../../engine/overlay-host.ts';
import type { Facts } from '../../facts/facts.ts';
import { gatherFacts } from '../../facts/gather.ts';
import * as files from '../../host/files.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { type IdentityOptions, identifier } from '../../identity/resolve.ts';
import { publicPath } from '../../identity/variables.ts';
import { cloudInitStarts } from '../../image/cloud-init.ts';
import type { Event } from '../../report/event.ts';
import { faultsIn } from '../../report/faults.ts';
import { keptNotes } from '../../report/kept-notes.ts';
import { publishedFiles } from '../../report/publish.ts';
import { redactor } from '../../report/redact.ts';
import { addTo, emptySummary, lastLine, type Summary } from '../../report/summary.ts';
import { whyLines } from '../../report/why.ts';
import { folderStore, home, readOnly } from '../../state/folder-store.ts';
import { openState } from '../../state/state.ts';
import type { Boot } from '../stages/boot.ts';
import { bootOf } from '../stages/build-boot.ts';
import { runStages } from '../stages/run-stages.ts';
import { bootSnapshot } from './boot-snapshot.ts';
import { findDue, type RemainingWork } from './find-due.ts';
import { recordingHost } from './recording-host.ts';

const silent = { disabled: () => {}, end: () => {}, follow: () => {} };

/** The directory that systemd/skip-if-unchanged reads. */
const kept = `${home}/skip-record`;
const script = '/usr/libexec/bootagent/skip-if-unchanged';
/** The name of no network interface: with it, systemd/skip-if-same-address always starts the agent, in the last unit. */
const noInterface = '/';

/**
 * Previews the next boot of this machine, on the assumption that nothing changes until then. If it has nothing to do, stores a
 * record of everything that the preview read, and the files that the boot would leave in /run: a shell script can then skip the
 * agent. Returns the reason if it cannot.
 */
export async function predictNextBoot(
  host: Host,
  { boot, options }: { boot: Boot; options: IdentityOptions },
): Promise<string | undefined> {
  const { root } = host;
  // Removes the record of an earlier boot first, since its removal changes the parent directory.
  if (await host.stat(kept)) files.remove(root, kept);
  files.makeDirectory(root, kept, { mode: 0o700 });
  const snapshot = bootSnapshot();
  const seen = recordingHost(host, snapshot);
  await recordOwnFiles(seen);
  if ((await seen.stat('/usr/bin/cloud-init')) && (await cloudInitStarts(seen))) return 'cloud-init starts, too';

  const state = openState(readOnly(folderStore(root)));
  // Failures that remain also apply to a boot that skips the agent.
  const standing = { left: faultsIn(state), notes: keptNotes(state) };
  const summary: Summary = { ...emptySummary(boot.version), ...standing, unseen: true };
  const problems: string[] = [];
  const report = (event: Event): void => {
    if (event.event === 'problem') problems.push(event.problem.message);
    if (event.event === 'note' && event.level !== 'note') problems.push(event.text);
    addTo(summary, event);
  };
  const warn = (_: unknown, text: string): void => void problems.push(text);
  if (state.warnings.length > 0 || state.interrupted !== undefined)
    return state.warnings[0]?.text ?? 'this run was interrupted';
  const { add: secret, exempt, clean } = redactor();
  const reporting = { ...silent, report, warn, note: () => {}, secret, exempt, clean };
  // The identifier does not write, because `keeps` is false.
  const identity = identifier({
    host: { ...host, ...seen },
    state,
    report: reporting,
    userData: undefined,
    options,
    keeps: false,
  });
  const facts = withoutNetwork(await gatherFacts(seen, seen));
  const [unread] = Object.values(facts.unknown ?? {});
  if (unread !== undefined) return unread;
  const next: Boot = {
    ...(await bootOf({ ...boot, state, host: seen, report: reporting, bootId: 'the next boot' })),
    act: { mode: 'preview', host: overlayHost(seen) },
    inService: state.inService(),
    gatherFacts: async () => facts,
    identify: (stage, _, image) => identity.identify(stage, facts, image),
  };
  const first = await runStages(['local'], next);
  if (problems.length > 0 || first.state !== 'done') return problems[0] ?? 'it has problems';
  if (first.changes > 0) return 'something is due';
  const open: string[] = [];
  const tell = (what: string): void => void open.push(what);
  const due = await findDue(next, seen, { stages: stages.slice(1), noDatasource: identity.hasNoDatasource(), tell });
  if (due === 'something') return open[0] ?? 'the instance is not known yet';
  const taken = await snapshot.done(async (input) => (await host.run(['cksum'], { input })).stdout);
  if (!('record' in taken)) return taken.unusable;

  const shown = clean(summary);
  // Where the last stage has work, the agent itself reports how the boot ended.
  const lines = due === 'last stage' ? [] : [...whyLines(shown), lastLine(shown)];
  const texts = { ...taken, address: addressLine(due), console: lines.map((line) => `${line}\n`).join('') };
  await keepRecord(host, texts, await filesToPublish(host, shown));
  return undefined;
}

/** Returns the line of the address with which nothing is due, for systemd/skip-if-same-address; empty for any address. */
function addressLine(due: Exclude<RemainingWork, 'something'>): string {
  if (due === 'nothing') return '';
  return due === 'last stage' ? `none ${noInterface}\n` : `${due.address} ${due.interface}\n`;
}

async function filesToPublish(host: Host, shown: Summary): Promise<ReadonlyMap<string, string | undefined>> {
  const files = Object.entries(publishedFiles({ ...shown, updated: host.clock() }));
  return new Map<string, string | undefined>([...files, [publicPath, await host.readText(publicPath)]]);
}

/** Records the agent's program and its state, so that a later change of them shows. */
async function recordOwnFiles(seen: ReadHost): Promise<void> {
  await seen.stat('/usr/bin/bootagent');
  for (const name of await seen.list(home)) {
    if (name === 'skip-record') continue;
    if ((await seen.stat(`${home}/${name}`))?.type === 'directory') await seen.list(`${home}/${name}`);
  }
}

/**
 * Stores the texts of the record, the files that a boot without the agent publishes in /run, and a checksum over them and the
 * script that reads them.
 */
async function keepRecord(
  host: Host,
  { record, shown, address, console }: Readonly<Record<'record' | 'shown' | 'address' | 'console', string>>,
  published: ReadonlyMap<string, string | undefined>,
): Promise<void> {
  const put = (path: string, text: string) => files.writeFile(host.root, `${kept}/${path}`, text, { mode: 0o644 });
  // In the order in which the script lists them.
  const own = Object.entries({ record, shown, address, console });
  const copies = [...published].flatMap(([path, text]) => (text === undefined ? [] : [[path.slice(1), text] as const]));
  const all = [...own, ...copies.sort(([a], [b]) => (a < b ? -1 : 1))];
  for (const [path, text] of all) put(path, text);
  const input = [await host.readText(script), ...all.map(([, text]) => text)].join('');
  put('sum', (await host.run(['cksum'], { input })).stdout);
}

/** Returns the facts before the network is set up: the interfaces exist, without addresses. */
function withoutNetwork(facts: Facts): Facts {
  const { interfaces, files: found } = facts.network;
  const bare = interfaces.map(({ name, mac }) => ({ name, mac, addresses: [] }));
  return {
    ...facts,
    network: { interface: undefined, address: undefined, interfaces: bare, ...(found && { files: found }) },
  };
}
