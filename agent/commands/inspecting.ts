import type { Command } from './command.ts';
import { formatOption as format, rootOption as root } from './options.ts';

/** The commands that explain what a boot did, and what became of it. */
export const inspecting: readonly Command[] = [
  {
    name: 'analyze',
    summary: 'what took time in a boot, as text, as a picture or as a trace',
    takes: '[blame|critical-chain|compare A B|list]',
    options: [
      { name: 'boot', value: 'BOOT', summary: '0: the last boot (default), 1: the one before it; or a boot ID' },
      { name: 'svg', value: 'FILE', summary: 'write the timeline as an SVG picture' },
      { name: 'html', value: 'FILE', summary: 'write the timeline as a page with the picture and tables' },
      { name: 'perfetto', value: 'FILE', summary: 'write Chrome trace events, for ui.perfetto.dev' },
      root,
      format,
    ],
    details:
      'blame lists modules, commands, programs, package installations, requests and waits, longest first. critical-chain shows what the login and the end of the boot waited for. compare shows the differences between two boots, and list the boots: the last 20 in which the agent ran. Without a view: a summary.',
    examples: [
      'bootagent analyze',
      'bootagent analyze blame --boot 1',
      'bootagent analyze compare 1 0',
      'bootagent analyze --html boot.html',
    ],
    load: () => import('./analyze.ts'),
  },
  {
    name: 'report',
    summary: 'write one archive for a bug report, with secrets hidden',
    options: [
      { name: 'out', value: 'FILE', summary: 'write it to FILE; default: bootagent-report-TIME.tar.gz here' },
      root,
      format,
    ],
    details:
      'Holds the version, the facts, the configuration, user-data and metadata without secrets, the plan, the journal, the status, the logs and the states of units. Contents of files and scripts are left out. What cannot be read is named in report.json, and without root that is much. Only you can read the archive.',
    examples: ['bootagent report', 'bootagent report --out /tmp/report.tar.gz'],
    load: () => import('./report.ts'),
  },
  {
    name: 'verify',
    summary: 'compare this machine with what was applied to it, and name what no longer holds',
    options: [
      root,
      { ...format, values: ['text', 'json', 'prometheus'], summary: 'text (default), json or prometheus' },
    ],
    details:
      'Compares what a run would do with what earlier runs did: files, users, keys, mounts, swap, packages, services. Differences that are expected in the life of a machine, such as a changed password or a rotated log, are listed with their reason and do not count. Exits 0 without drift, 10 with drift, and 1 when nothing could be compared. Writes nothing.',
    examples: ['bootagent verify', 'bootagent verify --format prometheus >/var/lib/node_exporter/bootagent.prom'],
    load: () => import('./verify.ts'),
  },
];
