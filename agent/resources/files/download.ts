import { asProblem, Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler, Waiting } from '../../engine/handler.ts';
import { ownershipNote } from '../../engine/ownership.ts';
import type { Host, Response } from '../../host/host.ts';
import { redirectOf } from '../../host/redirect.ts';
import { isTransient } from '../../metadata/backoff.ts';

/** The pauses before each further attempt. */
const pausesMs = [1_000, 4_000, 15_000];

/** Downloads a file, once; if that fails, writes the content that the change holds for this case. */
export const downloadHandler: ActHandler<ChangeOf<'download'>> = {
  sort: 'act',
  subject: ({ path }) => path,
  intent: ({ url }) => `download from ${shownUrl(url)}`,

  async perform(change, host, { waiting }) {
    const { path, mode, owner, group, otherwise } = change;
    const attributes = { mode, owner, group };
    try {
      await host.writeFile(path, await contentOf(change, host, waiting), attributes);
      return ownershipNote(change, host);
    } catch (error) {
      // A download that is deferred is not replaced in the meantime.
      if (otherwise === undefined || asProblem(error).code === 'fetched-late') throw error;
      await host.writeFile(path, otherwise, attributes);
      return `${asProblem(error).message}; its "content" was written instead`;
    }
  },
};

async function contentOf(
  { url, headers = {}, expect }: ChangeOf<'download'>,
  host: Host,
  waiting?: Waiting,
): Promise<Uint8Array> {
  if (url.startsWith('file://')) {
    const bytes = await host.readBytes(decodeURIComponent(new URL(url).pathname));
    if (!bytes) throw new Problem('not-possible', `There is no file ${url.slice('file://'.length)}`);
    return bytes;
  }
  const body = await fetched(url, headers, host, waiting);
  if (expect === undefined || new TextDecoder().decode(body.subarray(0, 4096)).includes(expect)) return body;
  throw new Problem('not-possible', `What ${shownUrl(url)} answers is unexpected: it has no "${expect}" in it`);
}

async function fetched(
  url: string,
  headers: Readonly<Record<string, string>>,
  host: Host,
  waiting?: Waiting,
): Promise<Uint8Array> {
  const since = host.now();
  let noticed = false;
  const notice = (ended: boolean) => waiting?.(`downloading ${shownUrl(url)}`, host.now() - since, ended);
  try {
    for (let attempt = 0; ; attempt++) {
      const pause = pausesMs[attempt];
      try {
        const { status, body } = await followed(url, headers, host);
        if (status === 200) return body;
        if (pause === undefined || !isTransient(status)) throw refusal(url, status);
      } catch (error) {
        if (pause === undefined || ['not-possible', 'fetched-late'].includes(asProblem(error).code))
          throw downloadProblem(error);
      }
      if (attempt > 0) {
        notice(false);
        noticed = true;
      }
      await host.sleep(pause);
    }
  } finally {
    if (noticed) notice(true);
  }
}

/** Returns the problem of a file that no attempt could fetch: the advice about datasources does not apply to it. */
function downloadProblem(error: unknown): Problem {
  const problem = asProblem(error);
  if (problem.code !== 'datasource-unreachable') return problem;
  return new Problem('download-failed', problem.message, { cause: problem.cause });
}

const refusal = (url: string, status: number): Problem =>
  new Problem('not-possible', `${shownUrl(url)} answers with status ${status}`);

/** Follows redirects to other hosts, unlike for metadata; never from https to http, and headers are not sent to other hosts. */
async function followed(
  url: string,
  headers: Readonly<Record<string, string>>,
  host: Host,
  left = 5,
): Promise<Response> {
  const answer = await host.http({ url, headers, timeoutMs: 60_000 });
  const to = redirectOf(answer);
  if (to === undefined || left === 0) return answer;
  const next = new URL(to, url);
  if (url.startsWith('https:') && next.protocol !== 'https:') return answer;
  return followed(next.href, next.host === new URL(url).host ? headers : {}, host, left - 1);
}
