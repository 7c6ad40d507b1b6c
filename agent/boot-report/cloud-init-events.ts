// The events of cloud-init: https://docs.cloud-init.io/en/latest/reference/events.html and its reporting webhook.
import { mapOf } from '../base/map-of.ts';
import { type BootTimeline, endOf } from '../timeline/model.ts';
import type { Span } from '../timeline/record.ts';

/** One event as cloud-init posts it. */
export interface CloudInitEvent {
  readonly name: string;
  readonly description: string;
  readonly event_type: 'start' | 'finish';
  readonly origin: 'bootagent';
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly result?: EventResult;
}

type EventResult = 'SUCCESS' | 'WARN' | 'FAIL';

const stageNames = mapOf({
  local: 'init-local',
  early: 'init-network',
  main: 'init-network',
  final: 'modules-final',
});

/** The modules that have another name in cloud-init. */
const moduleNames = mapOf({
  apt: 'apt_configure',
  bootcmd_late: 'bootcmd',
  'fs-setup': 'disk_setup',
  growpart_early: 'growpart',
  hostname: 'set_hostname',
  manage_etc_hosts: 'update_etc_hosts',
  packages: 'package_update_upgrade_install',
  passwords: 'set_passwords',
  power_state: 'power_state_change',
  random_seed: 'seed_random',
  users: 'users_groups',
  yum_repos: 'yum_add_repo',
});

/**
 * Returns a boot as events of cloud-init: its stages, and the modules that had something to do. `bootedAt`: the wall-clock time
 * at which the kernel started, in milliseconds since 1970.
 */
export function cloudInitEvents(timeline: BootTimeline, state: string, bootedAt: number): readonly CloudInitEvent[] {
  const { spans } = timeline;
  const names = [...new Set(spans.flatMap(({ kind, name }) => (kind === 'stage' ? (stageNames.get(name) ?? []) : [])))];
  return names.flatMap((name) => {
    const isOwn = (stage = ''): boolean => stageNames.get(stage) === name;
    const stages = spans.filter((span) => span.kind === 'stage' && isOwn(span.name));
    const modules = spans.filter(
      ({ kind, stage, result }) => kind === 'module' && isOwn(stage) && result !== 'unchanged',
    );
    const results = modules.map(({ result }) => resultOf(result));
    const whole = {
      at: Math.min(...stages.map(({ at }) => at)),
      end: Math.max(...stages.map(endOf)),
      result: worst(name === 'modules-final' ? [...results, resultOf(state)] : results),
    };
    const [start, finish] = pairOf(name, `stage ${name}`, whole, bootedAt);
    return [start, ...modules.flatMap((span) => moduleEvents(name, span, bootedAt)), finish];
  });
}

function moduleEvents(stage: string, span: Span, bootedAt: number): readonly CloudInitEvent[] {
  const { name, at, result = '' } = span;
  const named = `${stage}/config-${moduleNames.get(name) ?? name}`;
  return pairOf(named, `module ${name}`, { at, end: endOf(span), result: resultOf(result), state: result }, bootedAt);
}

function pairOf(
  name: string,
  what: string,
  { at, end, result, state }: { at: number; end: number; result: EventResult; state?: string },
  bootedAt: number,
): readonly [CloudInitEvent, CloudInitEvent] {
  const event = { name, origin: 'bootagent' } as const;
  const seconds = (ms: number): number => Math.round(bootedAt + ms) / 1000;
  return [
    { ...event, description: `running ${what}`, event_type: 'start', timestamp: seconds(at) },
    {
      ...event,
      description: `${what}: ${state ?? result.toLowerCase()}`,
      event_type: 'finish',
      timestamp: seconds(end),
      result,
    },
  ];
}

const resultOf = (state: string | undefined): EventResult =>
  state === 'failed' ? 'FAIL' : state === 'problems' ? 'WARN' : 'SUCCESS';

const worst = (results: readonly EventResult[]): EventResult =>
  (['FAIL', 'WARN'] as const).find((each) => results.includes(each)) ?? 'SUCCESS';
