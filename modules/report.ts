import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { reportReads } from '../agent/userdata/schema/report-settings.ts';
import { reportingReads, webhooksIn } from '../agent/userdata/schema/reporting-settings.ts';

const reads = { ...reportReads, ...reportingReads };

/** Where a boot is reported. The report is sent after the last stage, when its result is known, so nothing is planned. */
export const report = defineModule({
  name: 'report',
  summary:
    'Reports the result of each boot to a URL, to a webhook of cloud-init or to the textfile collector of Prometheus, after all stages.',
  every: 'boot',
  reads,
  plan: ({ report, reporting }): readonly PlanItem[] => [
    ...(report && report.url === undefined && report.textfile === undefined
      ? [noted('report', 'warning', 'report: has neither a url nor a textfile: nothing is reported')]
      : []),
    ...webhooksIn(reporting).unused.map(({ at, level, text }) => noted(at, level, text)),
  ],
});

const noted = (at: string, level: 'note' | 'warning', text: string): PlanItem => ({
  at,
  changes: [],
  notes: [{ level, text, ...(level === 'warning' && at !== 'report' && { code: 'unsupported' as const }) }],
});
