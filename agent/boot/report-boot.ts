import { asProblem } from '../base/problem.ts';
import { credentialNames } from '../config/credentials.ts';
import type { Settings, SettingsOf } from '../config/settings.ts';
import type { RunResult } from '../report/event.ts';
import { statusFile } from '../report/publish.ts';
import { summaryIn } from '../report/read-summary.ts';
import { keepBoot, readBoots } from '../timeline/kept-boots.ts';
import type { BootRecorder } from '../timeline/recorder.ts';
import { decodeFields, INVALID } from '../userdata/schema/decode.ts';
import { reportReads } from '../userdata/schema/report-settings.ts';
import type { SourceNode } from '../userdata/schema/source-node.ts';
import type { Session } from './session.ts';

/**
 * Returns the work that reports the boot, if the settings request it and this was the last stage. It runs after the result of the
 * unit is known, so that neither sshd nor the boot waits for a receiver.
 */
export function reportLater(session: Session): (() => Promise<void>) | undefined {
  const { unit, stages, options, lastSettings } = session;
  const wanted = lastSettings()?.config.entries.get('report')?.value;
  if (!unit || options.host.offline || !stages.includes('final') || !wanted) return undefined;
  return () => reportBoot(session, wanted);
}

async function reportBoot(
  { boot, options: { host }, report, lastSettings }: Session,
  wanted: SourceNode,
): Promise<void> {
  const config = lastSettings()?.config;
  const summary = summaryIn((await host.readText(statusFile)) ?? '');
  if (!config || !summary) return;
  const credentials = await boot.credentials?.(credentialNames(wanted));
  // The module "report" has reported what is wrong with the settings.
  const silent = { error: () => {}, warning: () => {}, secret: () => {} };
  const decoded = decodeFields(reportReads, config, '', { ...silent, credential: (name) => credentials?.get(name) });
  if (decoded === INVALID || !decoded.report) return;
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
  for (const sentence of await sendReport(document, decoded.report, host)) report.note(sentence);
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
