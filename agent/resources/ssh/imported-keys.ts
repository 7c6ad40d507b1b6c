import { asProblem, Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { ImportedKeysChange } from '../../engine/kinds/accounts.ts';
import type { Host, Response } from '../../host/host.ts';
import { isTransient, next, type Policy, retryAfter, type Tries, untried } from '../../metadata/backoff.ts';
import { authorizedKeysHandler } from './authorized-keys.ts';
import { readKeyLine } from './key-line.ts';

const policy: Policy = { timeoutMs: 10_000, pauseMs: 1_000, spreadMs: 1_000, mostMs: 15_000, attempts: 5 };

/** The largest answer that is read, in bytes. */
const mostBytes = 2 ** 20;

/** Fetches the keys that an account publishes, once, and adds them for a user. */
export const importedKeysHandler: ActHandler<ImportedKeysChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ id, user }) => `${id} for ${user}`,
  intent: ({ url, user }) => `adds the keys of ${shownUrl(url)} for ${user}`,

  async perform({ user, id, url }, host) {
    const { keys, skipped } = keysIn(await fetched(url, host), id);
    if (keys.length === 0) {
      throw new Problem('not-possible', `${id} publishes no SSH key: ${shownUrl(url)} lists none`, {
        hint: 'Check the name, or give the keys in ssh_authorized_keys.',
      });
    }
    const change = { kind: 'authorized-keys', user, keys } as const;
    if ((await authorizedKeysHandler.compare(change, host)) === undefined) return counted(keys.length, skipped);
    const note = await authorizedKeysHandler.apply(change, host);
    return [counted(keys.length, skipped), ...(note ? [note] : [])].join('; ');
  },
};

const counted = (count: number, skipped: number): string =>
  `${count} ${count === 1 ? 'key' : 'keys'}${skipped === 0 ? '' : `; ${skipped} invalid lines are skipped`}`;

/**
 * Returns the keys of the answer, each with the comment that ssh-import-id writes and removes keys by. Options are dropped: the
 * service vouches for keys only.
 */
function keysIn(answer: string, id: string): { readonly keys: readonly string[]; readonly skipped: number } {
  const lines = answer.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const read = lines.map(readKeyLine).filter((line) => typeof line !== 'string');
  const keys = read.map(({ text, options }) => `${text.slice(options.length).trim()} # ssh-import-id ${id}`);
  return { keys: [...new Set(keys)], skipped: lines.length - read.length };
}

/** Fetches the text, with retries. On the way to sshd the host limits the total time (`fetched-late`). */
async function fetched(url: string, host: Host): Promise<string> {
  let state: Tries = untried;
  for (;;) {
    const answer = await followed(url, host).catch(asProblem);
    if (!(answer instanceof Problem) && answer.status === 200) return new TextDecoder().decode(answer.body);
    if (answer instanceof Problem && answer.code === 'fetched-late') throw answer;
    const retryAfterMs =
      answer instanceof Problem ? undefined : retryAfter(answer.headers['retry-after'], host.clock());
    const { tries, pauseMs } = next(policy, state, { retryAfterMs }, Math.random);
    if (pauseMs === undefined || (!(answer instanceof Problem) && !isTransient(answer.status))) {
      const why = answer instanceof Problem ? answer.message : `${shownUrl(url)} answered with status ${answer.status}`;
      const hint =
        answer instanceof Problem
          ? 'Give the keys in ssh_authorized_keys where the machine does not reach the internet.'
          : 'Check the name, or give the keys in ssh_authorized_keys.';
      throw new Problem('not-possible', `No key was imported: ${why}`, { hint, cause: answer });
    }
    state = tries;
    await host.sleep(pauseMs);
  }
}

/** Follows redirects of the service, to https only: whoever could change the answer could log in. */
async function followed(url: string, host: Host, left = 3): Promise<Response> {
  const answer = await host.http({ url, timeoutMs: policy.timeoutMs, limitBytes: mostBytes });
  const to = answer.headers.location;
  if (![301, 302, 303, 307, 308].includes(answer.status) || to === undefined || left === 0) return answer;
  const target = new URL(to, url);
  return target.protocol === 'https:' ? followed(target.href, host, left - 1) : answer;
}
