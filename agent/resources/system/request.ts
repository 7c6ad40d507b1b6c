import { Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { Host, Response } from '../../host/host.ts';

/** Sends an HTTP request, such as a report to the platform, once. */
export const requestHandler: ActHandler<ChangeOf<'request'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ method, url }) => `${method} ${shownUrl(url)}`,
  intent: ({ tells }) => tells,

  async perform(change, host) {
    const { attempts = 1, pauseMs = 10_000 } = change;
    for (let attempt = 1; ; attempt++) {
      const answer = await send(change, host);
      if (!(answer instanceof Error) && answer.status < 300) return undefined;
      const why =
        answer instanceof Error
          ? answer.message
          : `${change.method} ${shownUrl(change.url)}: answered ${answer.status}`;
      if (attempt >= attempts) throw new Problem('datasource-unreachable', why, { cause: answer });
      await host.sleep(pauseMs);
    }
  },
};

async function send({ method, url, headers, body }: ChangeOf<'request'>, host: Host): Promise<Response | Problem> {
  try {
    return await host.send({ method, url, headers, body });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
