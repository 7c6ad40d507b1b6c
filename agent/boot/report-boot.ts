import { asProblem } from '../base/problem.ts';
import type { ReportSinks } from '../boot-report/send-report.ts';
import { credentialNames } from '../config/credentials.ts';
import type { Settings, SettingsOf } from '../config/settings.ts';
import type { RunResult } from '../report/event.ts';
import { statusFile } from '../report/publish.ts';
import { summaryIn } from '../report/read-summary.ts';
import { keepBoot, readBoots } from '../timeline/kept-boots.ts';
import type { BootRecorder } from '../timeline/recorder.ts';
import { decodeFields, INVALID } from '../userdata/schema/decode.ts';
import { reportReads } from '../userdata/schema/report-settings.ts';
import { reportingReads, webhooksIn } from '../userdata/schema/reporting-settings.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import type { Session } from './session.ts';
import type { Boot } from './stages/boot.ts';

/**
 * Returns the work that reports the boot, if the settings request it and this was the last stage. It runs after the result of the
 * unit is known, so that neither sshd nor the boot waits for a receiver.
 */
export function reportLater(session: Session): (() => Promise<void>) | undefined {
  const { unit, stages, options, lastSettings } = session;
  const config = lastSettings()?.config;
  if (!unit || options.host.offline || !stages.includes('final') || !config) return undefined;
  const isWanted = ['report', 'reporting'].some((key) => config.entries.has(key));
  return isWanted ? () => reportBoot(session, config) : undefined;
}

async function reportBoot({ boot, options: { host }, report }: Session, config: Mapping): Promise<void> {
  const summary = summaryIn((await host.readText(statusFile)) ?? '');
  if (!summary) return;
  const sinks = await sinksIn(config, boot);
  if (!sinks) return;
  const { bootReport } = await import('../boot-report/boot-report.ts');
  const { sendReport } = await import('../boot-report/send-report.ts');
  const { timelinesOf } = await import('../timeline/model.ts');
  const [timeline] = timelinesOf(readBoots(host.root).filter((each) => each.boot === boot.bootId));
  const document = bootReport({
    summary,
    boot: boot.bootId,
    clock: host.clock(),
    timeline,
    osRelease: await host.readText('/etc/os-release').catch(() => undefined),
  });
  for (const sentence of await sendReport({ report: document, timeline }, sinks, host)) report.note(sentence);
}

/** Returns where a boot is reported, or undefined. The module "report" has reported what is wrong with the settings. */
async function sinksIn(config: Mapping, boot: Boot): Promise<ReportSinks | undefined> {
  const names = credentialNames(config.entries.get('report')?.value);
  const credentials = names.length > 0 ? await boot.credentials?.(names) : undefined;
  const silent = { error: () => {}, warning: () => {}, secret: () => {} };
  const findings = { ...silent, credential: (name: string) => credentials?.get(name) };
  const own = decodeFields(reportReads, config, '', findings);
  const events = decodeFields(reportingReads, config, '', findings);
  const report = own === INVALID ? undefined : own.report;
  const { webhooks } = webhooksIn(events === INVALID ? undefined : events.reporting);
  return report || webhooks.length > 0 ? { report, webhooks } : undefined;
}

/** Keeps the timeline of a run, before the next boot is predicted: the prediction records the time of the file. */
export function keepRun(
  { stages, report, boot, options }: Session,
  { state }: RunResult,
  recorder: BootRecorder,
): void {
  const { bootId, version: agent } = boot;
  try {
    keepBoot(options.host.root, recorder.ended({ boot: bootId, agent, stages, state }, report.clean));
  } catch (error) {
    // A full disk costs the timeline and nothing else.
    report.note(`The timeline of this boot is not kept: ${asProblem(error).message}`);
  }
}

/** Returns a loader of settings that remembers the last ones. */
export function rememberingSettings(settingsOf: SettingsOf): {
  readonly settingsOf: SettingsOf;
  last(): Settings | undefined;
} {
  let last: Settings | undefined;
  return {
    settingsOf: async (instance) => {
      last = await settingsOf(instance);
      return last;
    },
    last: () => last,
  };
}
