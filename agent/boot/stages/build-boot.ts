import type { Problem } from '../../base/problem.ts';
import { readCredentials } from '../../config/credentials.ts';
import { layerFiles } from '../../config/layers.ts';
import { settingsLoader } from '../../config/load-settings.ts';
import type { Schedule } from '../../engine/module.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Reporting } from '../../report/reporting.ts';
import type { State } from '../../state/state.ts';
import type { Boot } from './boot.ts';

/**
 * Returns the parts of a boot that a run and the prediction of the next boot share; each adds how it applies, gathers facts and
 * identifies.
 */
export async function bootOf({
  version,
  schedule,
  state,
  host,
  report,
  bootId,
  credentialsDirectory,
}: {
  readonly version: string;
  readonly schedule: Schedule;
  readonly state: State;
  readonly host: ReadHost;
  readonly report: Pick<Reporting, 'report' | 'secret' | 'exempt' | 'clean' | 'warn'>;
  readonly bootId: string;
  /** The directory of the credentials that systemd passes to this unit. */
  readonly credentialsDirectory?: string | undefined;
}): Promise<Omit<Boot, 'act' | 'gatherFacts' | 'identify'>> {
  const warn = ({ code, message }: Problem): void => report.warn(code, message);
  const settings = settingsLoader({
    version,
    layers: await layerFiles(host, warn),
    store: state.store,
    host,
    warn,
  });
  return {
    version,
    schedule,
    settingsOf: settings,
    state,
    report: report.report,
    secret: report.secret,
    exempt: report.exempt,
    redact: report.clean,
    bootId,
    credentials: (names) => readCredentials(names, host, credentialsDirectory),
    now: () => host.now(),
  };
}
