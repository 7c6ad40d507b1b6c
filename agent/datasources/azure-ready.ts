// Service: Azure's wireserver, https://learn.microsoft.com/en-us/azure/virtual-machines/linux/no-agent
import { asProblem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { FetchContext, Instance } from '../metadata/datasource.ts';
import { utf8 } from '../metadata/tree.ts';

const usual = 'http://168.63.129.16';
const headers = { 'x-ms-agent-name': 'bootagent', 'x-ms-version': '2012-11-30' };
const [attempts, pauseMs, timeoutMs] = [3, 1_000, 5_000];

/**
 * Returns the report of readiness, without which Azure regards the machine as failed after some time. The goal state names the
 * machine in it. `report_ready: false` switches it off, for machines on which Azure's own agent reports.
 */
export async function readyReport(ask: FetchContext): Promise<Instance['ready']> {
  const { report_ready: wanted, wireserver_url: own } = ask.settings;
  if (wanted === false) return undefined;
  const root = (typeof own === 'string' ? own : usual).replace(/\/+$/, '');
  const state = await goalState(ask, `${root}/machine/?comp=goalstate`);
  if (typeof state !== 'string') {
    return {
      url: `${root}/machine/?comp=health`,
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/xml; charset=utf-8' },
      body: healthOf(state),
      tells: 'report to Azure that this machine is ready',
    };
  }
  const text = `${state}: Azure gets no report that this machine is ready, and may stop or delete it`;
  ask.note('warning', text);
  ask.without?.(text);
  return undefined;
}

interface GoalState {
  readonly incarnation: string;
  readonly container: string;
  readonly instance: string;
}

/** Returns the goal state, or why there is none. */
async function goalState({ host }: FetchContext, url: string): Promise<GoalState | string> {
  let why = '';
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await host.sleep(pauseMs);
    try {
      const { status, body } = await host.http({ url, headers, timeoutMs });
      const text = utf8(body);
      const textOf = (name: string): string =>
        new RegExp(`<${name}>\\s*([\\w.:-]+)\\s*</${name}>`).exec(text)?.[1] ?? '';
      const state = {
        incarnation: textOf('Incarnation'),
        container: textOf('ContainerId'),
        instance: textOf('InstanceId'),
      };
      const missing = Object.entries(state).find(([, value]) => value === '')?.[0];
      if (status === 200 && missing === undefined) return state;
      why = `GET ${shownUrl(url)}: ${status === 200 ? `no ${missing} in the goal state` : `answered ${status}`}`;
    } catch (error) {
      why = asProblem(error).message;
    }
  }
  return why;
}

const healthOf = ({ incarnation, container, instance }: GoalState): string =>
  [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Health xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
    `<GoalStateIncarnation>${incarnation}</GoalStateIncarnation>`,
    `<Container><ContainerId>${container}</ContainerId><RoleInstanceList><Role>`,
    `<InstanceId>${instance}</InstanceId><Health><State>Ready</State></Health>`,
    '</Role></RoleInstanceList></Container></Health>',
    '',
  ].join('\n');
