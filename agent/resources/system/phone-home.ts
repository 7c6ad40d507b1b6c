import { asProblem, Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { PhoneHomeChange } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { Host } from '../../host/host.ts';
import { isTransient, next, type Policy, retryAfter, untried } from '../../metadata/backoff.ts';

/** The time limit for all tries, however many are configured: the rest of the boot waits no longer. */
const mostMs = 300_000;

const policy: Policy = { timeoutMs: 10_000, pauseMs: 1_000, spreadMs: 3_000, mostMs: 30_000 };

/** Reports to a URL that the machine is ready; retries with pauses that grow and differ between machines. */
export const phoneHomeHandler: ActHandler<PhoneHomeChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ url }) => shownUrl(url),
  intent: ({ fields }) => `posts ${Object.keys(fields).join(', ')}`,

  async perform({ url, fields, tries }, host) {
    const body = String(new URLSearchParams(await valuesOf(fields, host)));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const end = host.now() + mostMs;
    let state = untried;
    for (;;) {
      const answer = await host
        .send({ method: 'POST', url, headers, body, timeoutMs: policy.timeoutMs })
        .catch(asProblem);
      if (!(answer instanceof Problem) && answer.status < 300) return undefined;
      const why = answer instanceof Problem ? answer.message : `it answered with ${answer.status}`;
      const wait = answer instanceof Problem ? undefined : retryAfter(answer.headers['retry-after'], host.clock());
      const { tries: after, pauseMs } = next(
        { ...policy, attempts: tries },
        state,
        { retryAfterMs: wait },
        Math.random,
      );
      const hopeless = !(answer instanceof Problem) && !isTransient(answer.status);
      if (pauseMs === undefined || hopeless || host.now() + pauseMs > end) {
        const times = after.failed === 1 ? 'once' : `${after.failed} times`;
        throw new Problem('phone-home-failed', `${shownUrl(url)} was tried ${times}: ${why}`, { cause: answer });
      }
      state = after;
      await host.sleep(pauseMs);
    }
  },
};

async function valuesOf(fields: PhoneHomeChange['fields'], host: Host): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    const text = typeof value === 'string' ? value : await host.readText(value.publicKey);
    values[name] = text?.trim() || 'N/A';
  }
  return values;
}
