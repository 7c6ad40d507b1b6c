import type { BootReport } from './boot-report.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const states = ['done', 'problems', 'failed'] as const;

/** Returns a report in the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function reportAsPrometheus(report: BootReport): string {
  const { agent, state, instance_id = '', datasource = '', boot_id, image = '' } = report;
  const failures = new Map<string, Sample>();
  for (const { module, code, fatal } of report.failures) {
    const key = JSON.stringify([module, code]);
    const labels = { module, code, fatal: String(fatal) };
    failures.set(key, [labels, (failures.get(key)?.[1] ?? 0) + 1]);
  }
  const optional = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : [[{}, value]]);
  return [
    gauge('bootagent_boot_info', 'The last boot in which the agent ran.', [
      [{ agent, instance_id, datasource, boot_id, image }, 1],
    ]),
    gauge(
      'bootagent_boot_state',
      'Whether the boot ended in this state.',
      states.map((each) => [{ state: each }, Number(each === state)]),
    ),
    gauge('bootagent_boot_seconds', 'The time that the stages of the agent took.', [[{}, report.seconds]]),
    gauge(
      'bootagent_boot_stage_seconds',
      'The same, by stage.',
      Object.entries(report.seconds_by_stage).map(([stage, seconds]) => [{ stage }, seconds]),
    ),
    gauge(
      'bootagent_boot_login_after_seconds',
      'From the start of the kernel until sshd could start.',
      optional(report.login_after),
    ),
    gauge(
      'bootagent_boot_done_after_seconds',
      'From the start of the kernel until all was done.',
      optional(report.done_after),
    ),
    gauge('bootagent_boot_failures', 'Items that failed and are not repaired.', [...failures.values()]),
    gauge('bootagent_boot_time_seconds', 'When the boot was reported, in seconds since 1970.', [[{}, report.time]]),
  ].join('');
}

/** Returns a metric with its samples; a metric without samples is left out. */
function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `${name}${labelsOf(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelsOf(labels: Labels): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

const escapedLabel = (text: string): string =>
  text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
