import { type BootTimeline, timelinesOf } from '../../agent/timeline/model.ts';
import type { RunRecord, Span } from '../../agent/timeline/record.ts';

const service = 'http://169.254.169.254/openstack/latest/meta_data.json';

/** The runs of a first boot: three units in one process. `factor` makes commands slower. */
export function recordsOfBoot(boot = 'b1', factor = 1): readonly RunRecord[] {
  const shared = { v: 1, boot, agent: '1.0.0', instance: 'i-0123', state: 'done', process: 2000 } as const;
  const span = (kind: Span['kind'], name: string, at: number, ms: number, more: Partial<Span> = {}): Span => ({
    kind,
    name,
    at,
    ms,
    ...more,
  });
  const local = { stage: 'local' };
  const main = { stage: 'main' };
  const final = { stage: 'final' };
  const long = 6000 * factor;
  return [
    {
      ...shared,
      stages: ['local'],
      clock: Date.UTC(2026, 10, 30, 1, 2, 3),
      began: 2120,
      ms: 480,
      spans: [
        span('stage', 'local', 2130, 420, local),
        span('module', 'network', 2200, 12, { ...local, result: 'unchanged' }),
        span('module', 'growpart', 2212, 330, { ...local, result: 'changed' }),
        span('program', 'resize2fs /dev/vda1', 2300, 240, { ...local, module: 'growpart' }),
      ],
    },
    {
      ...shared,
      stages: ['early', 'main'],
      clock: Date.UTC(2026, 10, 30, 1, 2, 5),
      began: 4000,
      ms: 2600,
      spans: [
        span('stage', 'early', 4005, 1290, { stage: 'early' }),
        span('identity', 'openstack http://169.254.169.254', 4005, 1240, { stage: 'early' }),
        span('request', `GET ${service}`, 4020, 110, { stage: 'early', result: '503' }),
        span('wait', 'pause before the next attempt', 4131, 1000, { stage: 'early' }),
        span('request', `GET ${service}`, 5132, 90, { stage: 'early', result: '200' }),
        span('stage', 'main', 5295, 1300, main),
        span('module', 'users', 5300, 180, { ...main, result: 'changed' }),
        span('program', 'useradd --comment Cloud User almalinux', 5320, 80, { ...main, module: 'users' }),
        span('module', 'swap', 5480, 1100, { ...main, result: 'changed' }),
        span('program', 'mkswap /swapfile', 5500, 45, { ...main, module: 'swap' }),
      ],
    },
    {
      ...shared,
      stages: ['final'],
      clock: Date.UTC(2026, 10, 30, 1, 2, 9),
      began: 8000,
      ms: 9000 + long,
      state: 'problems',
      spans: [
        span('stage', 'final', 8004, 8990 + long, final),
        span('module', 'packages', 8010, 8700, { ...final, result: 'changed' }),
        span('wait', 'waiting for the dnf lock', 8012, 1900, { ...final, module: 'packages' }),
        span('program', 'dnf install --assumeyes htcondor cvmfs', 9920, 6700, { ...final, module: 'packages' }),
        span('module', 'runcmd', 16720, 200 + long, { ...final, result: 'problems' }),
        span('command', 'runcmd[0] /opt/site/setup --now', 16730, long, { ...final, module: 'runcmd' }),
        span('command', 'runcmd[1] false', 16731 + long, 3, { ...final, module: 'runcmd', result: 'exit 1' }),
      ],
    },
  ];
}

export function timelineOfBoot(boot?: string, factor?: number): BootTimeline {
  const [timeline] = timelinesOf(recordsOfBoot(boot, factor));
  if (!timeline) throw new Error('no boot');
  return timeline;
}

/** A boot whose names try to break out of every format. */
export function hostileTimeline(): BootTimeline {
  const names = [
    '</svg><script>alert(1)</script>',
    `"' onload='x`,
    '\u202egnp.exe',
    '\0\x1b[31m\ud800',
    'ł'.repeat(500),
    '&lt;',
  ];
  const spans = names.map((name, index) => ({ kind: 'module', name, at: 100 + index, ms: 1, result: name }) as const);
  const record = {
    v: 1,
    boot: names[0] ?? '',
    agent: names[1] ?? '',
    instance: names[2] ?? '',
    stages: [],
    state: 'done',
  };
  const [timeline] = timelinesOf([{ ...record, v: 1, clock: 0, process: 90, began: 95, ms: 20, spans }]);
  if (!timeline) throw new Error('no boot');
  return timeline;
}
