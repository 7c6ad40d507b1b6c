import { isFatal } from '../report/faults.ts';
import { faultsOf, type Summary } from '../report/summary.ts';
import type { BootTimeline } from '../timeline/model.ts';

/** The report of one boot, as docs/report-schema.md describes it. New members may be added; none changes its meaning. */
export interface BootReport {
  readonly schema_version: 1;
  readonly agent: string;
  readonly state: string;
  readonly instance_id?: string;
  readonly datasource?: string;
  readonly boot_id: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly seconds: number;
  readonly seconds_by_stage: Readonly<Record<string, number>>;
  /** Seconds from the start of the kernel until sshd could start, and until all was done. */
  readonly login_after?: number;
  readonly done_after?: number;
  /** What failed: `fatal` if it affects more than its item. It holds no output, no values and no secrets. */
  readonly failures: readonly {
    readonly module: string;
    readonly at: string;
    readonly code: string;
    readonly fatal: boolean;
  }[];
  readonly image?: string;
}

export interface ReportedBoot {
  readonly summary: Summary;
  readonly boot: string;
  readonly clock: number;
  readonly timeline: BootTimeline | undefined;
  /** The text of /etc/os-release. */
  readonly osRelease: string | undefined;
}

/** Returns the report of a boot from what its views show. */
export function bootReport({ summary, boot, clock, timeline, osRelease = '' }: ReportedBoot): BootReport {
  const { instance } = summary;
  const stages = timeline?.spans.filter(({ kind }) => kind === 'stage') ?? [];
  const byStage = new Map<string, number>();
  for (const { name, ms } of stages) byStage.set(name, (byStage.get(name) ?? 0) + ms);
  const image = ['IMAGE_ID', 'IMAGE_VERSION'].flatMap((name) => valueIn(osRelease, name) ?? []).join(' ');
  return {
    schema_version: 1,
    agent: summary.version,
    state: summary.state,
    ...(instance && { instance_id: instance.id, datasource: instance.datasource }),
    boot_id: boot,
    time: Math.floor(clock / 1000),
    seconds: rounded(summary.seconds * 1000),
    seconds_by_stage: Object.fromEntries([...byStage].map(([name, ms]) => [name, rounded(ms)])),
    ...(timeline?.login !== undefined && { login_after: rounded(timeline.login) }),
    ...(timeline?.done !== undefined && { done_after: rounded(timeline.done) }),
    failures: faultsOf(summary).map((fault) => ({
      module: fault.module,
      at: fault.at,
      code: fault.code,
      fatal: isFatal(fault),
    })),
    ...(image !== '' && { image }),
  };
}

const rounded = (ms: number): number => Math.round(ms) / 1000;

const valueIn = (osRelease: string, name: string): string | undefined =>
  new RegExp(`^${name}=["']?([^"'\n]+)`, 'm').exec(osRelease)?.[1];
