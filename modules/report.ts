import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { reportReads } from '../agent/userdata/schema/report-settings.ts';

/** Where a boot is reported. The report is sent after the last stage, when its result is known, so nothing is planned. */
export const report = defineModule({
  name: 'report',
  summary: 'Reports the result of each boot to a URL or to the textfile collector of Prometheus, after all stages.',
  every: 'boot',
  reads: reportReads,
  plan({ report }): readonly PlanItem[] {
    if (!report || report.url !== undefined || report.textfile !== undefined) return [];
    const text = 'report: has neither a url nor a textfile: nothing is reported';
    return [{ at: 'report', changes: [], notes: [{ level: 'warning', text }] }];
  },
});
