import { resolve } from 'node:path';
import { exit } from '../base/exit-codes.ts';
import { asProblem, Problem } from '../base/problem.ts';
import { bytesOf } from '../block/image-bytes.ts';
import { unpackedImage } from '../block/qcow2.ts';
import type { Io } from '../boot/io.ts';
import { thisMachine } from '../host/linux.ts';
import type { CheckContext, NotChecked } from '../image/doctor/check.ts';
import { checks } from '../image/doctor/checks.ts';
import { type Layout, layoutOf } from '../image/doctor/disk-layout.ts';
import { type CheckFinding, countChecks, examine } from '../image/doctor/examine.ts';
import { applyFixes, fixesAsText } from '../image/doctor/fix.ts';
import { ownDisk } from '../image/doctor/own-disk.ts';
import { findingsAsJson, findingsAsJunit, findingsAsText } from '../image/doctor/report.ts';
import { type FstabLine, fstab } from '../image/fstab.ts';
import { chosen } from '../image/seal/choice.ts';
import { styleOf } from '../report/terminal-text.ts';
import type { Invocation } from './command.ts';
import { formatCommand } from './format-command.ts';
import { namesIn, openImage } from './image.ts';

export async function run(given: Invocation, around: Io): Promise<number> {
  const { options } = given;
  const selected = chosen('check', checks, { only: namesIn(options.only), skip: namesIn(options.skip) });
  if (options.list !== undefined) {
    const rows = selected.map(({ name, severity, why }) => `${name.padEnd(20)} ${severity.padEnd(8)} ${why}\n`);
    around.out(
      options.format === 'json' ? `${JSON.stringify({ schema_version: 1, checks: selected })}\n` : rows.join(''),
    );
    return exit.done;
  }
  const print = (findings: readonly CheckFinding[], called: string): number => {
    const shown = findings.map((each) => withRoot(each, options.root));
    if (options.format === 'json') around.out(findingsAsJson(shown, called));
    else if (options.format === 'junit') around.out(findingsAsJunit(shown, called));
    else (around.styled ?? around.out)(findingsAsText(shown, called, styleOf(around)));
    return countChecks(findings).errors > 0 ? exit.failed : exit.done;
  };

  if (options.disk !== undefined && options.root === undefined) {
    const tree = { notChecked: 'only a disk was named: mount it and add --root DIR' };
    return print(await examine(selected, { tree, disk: await diskAt(options.disk, []) }), options.disk);
  }

  const { host, sealing, called } = await openImage(given, around);
  const disk = await diskOf(options.disk, host.offline, await fstab(host));
  const tree: CheckContext = { host, sealing };
  const findings = await examine(selected, { tree, disk });
  if (options.fix === undefined) return print(findings, called);
  const dry = options['dry-run'] !== undefined;
  if (!dry && !host.offline && !host.privileged) throw new Problem('needs-root', 'Only root may repair this machine');
  around.err(fixesAsText(await applyFixes(findings, tree, dry ? undefined : host)));
  if (dry) return print(findings, called);
  const fixed = (await openImage(given, around)).sealing;
  return print(await examine(selected, { tree: { host, sealing: fixed }, disk }), called);
}

/** Adds --root to a fix by "seal", so that it applies to the tree and not to the machine where it is typed. */
function withRoot(finding: CheckFinding, root: string | undefined): CheckFinding {
  const [, only] = /^bootagent seal --only (.*)/.exec(finding.check.fix) ?? [];
  if (only === undefined || root === undefined) return finding;
  return { ...finding, check: { ...finding.check, fix: formatCommand('seal', { root, only }) } };
}

async function diskOf(
  named: string | undefined,
  offline: boolean,
  table: readonly FstabLine[],
): Promise<Layout | NotChecked> {
  if (named !== undefined) return diskAt(named, table);
  if (offline) return { notChecked: 'a tree of files shows no disk: add --disk FILE' };
  const own = await ownDisk(thisMachine());
  if (typeof own !== 'string') return own;
  return diskAt(own, table).catch((error) => ({ notChecked: asProblem(error).message }));
}

async function diskAt(path: string, table: readonly FstabLine[]): Promise<Layout> {
  return layoutOf(await unpackedImage(await bytesOf(resolve(path), thisMachine()), path), table);
}
