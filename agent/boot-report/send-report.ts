import { asProblem, Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Host } from '../host/host.ts';
import { isTransient, next, type Policy, retryAfter, untried } from '../metadata/backoff.ts';
import type { BootReport } from './boot-report.ts';
import { reportAsPrometheus } from './prometheus.ts';

/** The time limit for all attempts, and the range of the pause before the first: many machines finish at once. */
const mostMs = 60_000;
const firstMs = 2_000;
const policy: Policy = { timeoutMs: 10_000, pauseMs: 500, spreadMs: 1_000, mostMs: 15_000, attempts: 8 };

/** Where a boot is reported: the value of the key `report`. */
export interface ReportSinks {
  readonly url?: string | undefined;
  readonly on: 'failure' | 'always';
  readonly token?: string | undefined;
  readonly textfile?: string | undefined;
}

/** Sends the report of a boot to its sinks. Returns a sentence for each sink that failed. */
export async function sendReport(
  report: BootReport,
  { url, on, token, textfile }: ReportSinks,
  host: Host,
  random: () => number = Math.random,
): Promise<readonly string[]> {
  const failed: string[] = [];
  const orSay = async (work: Promise<void>): Promise<void> => {
    await work.catch((error) => failed.push(asProblem(error).message));
  };
  if (textfile !== undefined) await orSay(host.writeFile(textfile, reportAsPrometheus(report), { mode: 0o644 }));
  if (url !== undefined && (on === 'always' || report.state !== 'done'))
    await orSay(post(url, token, report, host, random));
  return failed;
}

async function post(
  url: string,
  token: string | undefined,
  report: BootReport,
  host: Host,
  random: () => number,
): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const body = `${JSON.stringify(report)}\n`;
  const end = host.now() + mostMs;
  let state = untried;
  await host.sleep(random() * firstMs);
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(policy.timeoutMs, end - host.now()));
    const answer = await host.send({ method: 'POST', url, headers, body, timeoutMs }).catch(asProblem);
    if (!(answer instanceof Problem) && answer.status < 300) return;
    const why = answer instanceof Problem ? answer.message : `it answered with ${answer.status}`;
    const retryAfterMs =
      answer instanceof Problem ? undefined : retryAfter(answer.headers['retry-after'], host.clock());
    const { tries, pauseMs } = next(policy, state, { retryAfterMs }, random);
    const isRefused = !(answer instanceof Problem) && !isTransient(answer.status);
    if (pauseMs === undefined || isRefused || host.now() + pauseMs >= end)
      throw new Problem(
        'phone-home-failed',
        `The boot was not reported to ${shownUrl(url)}: ${why} (attempts: ${tries.failed})`,
      );
    state = tries;
    await host.sleep(pauseMs);
  }
}
