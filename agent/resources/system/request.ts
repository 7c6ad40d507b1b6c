import { Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { Host } from '../../host/host.ts';
import type { ReadyGate } from '../../metadata/datasource.ts';

/** Sends an HTTP request, such as a report to the platform, once. A gate decides before each attempt whether it is sent. */
export const requestHandler: ActHandler<ChangeOf<'request'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ method, url }) => `${method} ${shownUrl(url)}`,
  intent: ({ tells }) => tells,

  async perform(change, host) {
    const { attempts = 1, pauseMs = 10_000 } = change;
    for (let attempt = 1; ; attempt++) {
      const problem = (change.gate && (await runGate(change, change.gate, host))) ?? (await send(change, host));
      if (problem === undefined) return undefined;
      if (attempt >= attempts) throw problem;
      await host.sleep(pauseMs);
    }
  },
};

/** A script that waits for a service may take a while, but it must not hold the last stage for ever. */
const gateTimeoutMs = 600_000;

/** Runs the script that permits the request; returns a problem unless it exits with 0. */
async function runGate(
  { method, url }: ChangeOf<'request'>,
  { name, script }: ReadyGate,
  host: Host,
): Promise<Problem | undefined> {
  let [code, lastLine] = [0, ''];
  const end = await host.shell({ name, items: [script], shell: 'bash', timeoutMs: gateTimeoutMs }, async (event) => {
    if (event.event !== 'ended') return;
    code = event.code;
    if (event.lastLine) lastLine = `: ${event.lastLine}`;
  });
  if (end.code === 0 && code === 0 && !end.signal && !end.timedOut && !end.shutdown) return undefined;
  const why = end.timedOut
    ? `was stopped after ${gateTimeoutMs / 60_000} min`
    : end.shutdown
      ? 'was ended by a shutdown'
      : end.signal
        ? `was ended by ${end.signal}`
        : `exited with ${code || end.code}`;
  return new Problem('command-failed', `${name} ${why}${lastLine}; ${method} ${shownUrl(url)} was not sent`, {
    hint: `The output of the script is in ${end.log}`,
  });
}

/** Sends the request; returns a problem unless it is accepted. */
async function send({ method, url, headers, body }: ChangeOf<'request'>, host: Host): Promise<Problem | undefined> {
  try {
    const { status } = await host.send({ method, url, headers, body });
    if (status < 300) return undefined;
    return new Problem('datasource-unreachable', `${method} ${shownUrl(url)}: answered ${status}`);
  } catch (error) {
    if (error instanceof Problem) return new Problem('datasource-unreachable', error.message, { cause: error });
    throw error;
  }
}
