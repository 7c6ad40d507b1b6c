import { asProblem } from '../base/problem.ts';
import type { Host } from '../host/host.ts';
import type { BootTimeline } from '../timeline/model.ts';
import type { ReportSettings } from '../userdata/schema/report-settings.ts';
import type { Webhook } from '../userdata/schema/reporting-settings.ts';
import type { BootReport } from './boot-report.ts';
import { cloudInitEvents } from './cloud-init-events.ts';
import { beginDelivery, deliver } from './deliver.ts';
import { reportAsPrometheus } from './prometheus.ts';
import { sendEvents } from './send-events.ts';

/** Where a boot is reported: the values of the keys `report` and `reporting`. */
export interface ReportSinks {
  readonly report?: ReportSettings | undefined;
  readonly webhooks?: readonly Webhook[];
}

export interface SendOptions {
  readonly random?: () => number;
  /** The time that each sink may take; the sinks work at the same time. */
  readonly budgetMs?: number;
}

/** Sends the report of a boot to its sinks. Returns a sentence for each sink that failed. */
export async function sendReport(
  { report, timeline }: { readonly report: BootReport; readonly timeline: BootTimeline | undefined },
  { report: settings, webhooks = [] }: ReportSinks,
  host: Host,
  { random = Math.random, budgetMs }: SendOptions = {},
): Promise<readonly string[]> {
  const begin = () => beginDelivery(host, random, budgetMs);
  const work: Promise<void>[] = [];
  const { url, on, token, textfile } = settings ?? {};
  if (textfile !== undefined) work.push(host.writeFile(textfile, reportAsPrometheus(report), { mode: 0o644 }));
  if (url !== undefined && (on === 'always' || report.state !== 'done'))
    work.push(begin().then((delivery) => deliver('The boot was not reported', posted(url, token, report), delivery)));
  if (timeline && webhooks.length > 0) {
    const events = cloudInitEvents(timeline, report.state, host.clock() - host.now());
    for (const webhook of webhooks) work.push(begin().then((delivery) => sendEvents(events, webhook, delivery)));
  }
  const ended = await Promise.allSettled(work);
  return ended.flatMap((each) => (each.status === 'rejected' ? asProblem(each.reason).message : []));
}

const posted = (url: string, token: string | undefined, document: object) =>
  ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: `${JSON.stringify(document)}\n`,
  }) as const;
