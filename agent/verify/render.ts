import type { DriftItem, Verified } from './drift.ts';

/** Returns the result as text: drift first, then what has a reason, then what could not be compared. */
export function verifiedAsText({ compared, drift, expected, unchecked }: Verified): string {
  const rows = (sign: string, items: readonly DriftItem[]): string[] =>
    items.map(({ module, at, change, why }) => `  ${sign} ${module.padEnd(20)} ${change}: ${why} (${at})\n`);
  const count = (items: readonly DriftItem[], what: string): string[] =>
    items.length > 0 ? [`${items.length} ${what}`] : [];
  const sums = [
    `${compared} compared`,
    drift.length > 0 ? `${drift.length} drifted` : 'no drift',
    ...count(expected, 'differ for a known reason'),
    ...count(unchecked, 'not compared'),
  ];
  return [...rows('x', drift), ...rows('~', expected), ...rows('.', unchecked), `${sums.join(', ')}.\n`].join('');
}

export const verifiedAsJson = (verified: Verified, instance: string): string =>
  `${JSON.stringify({ schema_version: 1, instance, ...verified }, undefined, 2)}\n`;

/** Returns the result in the text format of Prometheus, for the textfile collector of node_exporter. */
export function verifiedAsPrometheus(
  { compared, drift, expected, unchecked }: Verified,
  instance: string,
  clock: number,
): string {
  const modules = [...new Set(drift.map(({ module }) => module))].sort();
  const gauge = (name: string, help: string, samples: readonly (readonly [labels: string, value: number])[]): string =>
    [
      `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`,
      ...samples.map(([labels, value]) => `${name}${labels} ${value}\n`),
    ].join('');
  const of = (module: string): number => drift.filter((each) => each.module === module).length;
  return [
    gauge('bootagent_verify_drift', 'Changes that were applied and no longer hold.', [['', drift.length]]),
    gauge(
      'bootagent_verify_drift_by_module',
      'The same, by module; modules without drift are left out.',
      modules.map((module) => [`{module="${labelValue(module)}"}`, of(module)] as const),
    ),
    gauge('bootagent_verify_compared', 'Changes that were compared.', [['', compared]]),
    gauge('bootagent_verify_expected', 'Differences that have a known reason.', [['', expected.length]]),
    gauge('bootagent_verify_unchecked', 'Changes that were never applied or cannot be compared.', [
      ['', unchecked.length],
    ]),
    gauge('bootagent_verify_timestamp_seconds', 'When this was verified.', [
      [`{instance_id="${labelValue(instance)}"}`, Math.floor(clock / 1000)],
    ]),
  ].join('');
}

const labelValue = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').toWellFormed();
