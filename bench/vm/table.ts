import type { Cost } from './cost.ts';

export interface Row {
  readonly peer: string;
  readonly what: string;
  readonly boot: string;
  readonly cost: Cost;
  /** The same boot of the same system without an agent. */
  readonly bare: Cost | undefined;
}

/** Returns the results as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ peer, what, boot, cost, bare }) => [
    peer,
    what,
    boot,
    `${cost.cpu.toFixed(2)} s`,
    delay(cost.ssh, bare?.ssh),
    delay(cost.end, bare?.end),
    `${cost.peakMiB.toFixed(0)} MiB`,
    String(cost.starts),
    String(cost.programs.length),
    String(cost.requests.length),
  ]);
  const heads = ['setup', 'case', 'boot', 'CPU', 'ssh', 'all done', 'memory', 'starts', 'programs', 'requests'];
  return [heads, heads.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function delay(seconds: number, bare: number | undefined): string {
  // The unit did not start.
  if (seconds <= 0) return 'never';
  if (bare === undefined) return `at ${seconds.toFixed(2)} s`;
  return `${seconds < bare ? '-' : '+'}${Math.abs(seconds - bare).toFixed(2)} s`;
}
