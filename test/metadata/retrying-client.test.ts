import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failure, unreachable } from '../../agent/base/http-error.ts';
import { patient } from '../../agent/metadata/backoff.ts';
import { retryingClient } from '../../agent/metadata/retrying-client.ts';

const [first, second] = ['http://169.254.169.254', 'http://[fd00:ec2::254]'] as const;

/** Requests both endpoints, which fail with these codes; an endpoint without a code answers from its third request on. */
async function ask(codes: Readonly<Record<string, string | undefined>>) {
  const asked: string[] = [];
  let time = 0;
  const client = retryingClient({
    host: {
      now: () => time,
      clock: () => time,
      // The wait before the next endpoint never ends before the answer of this one.
      sleep: (ms) => {
        if (ms === 250) return new Promise(() => {});
        time += ms;
        return Promise.resolve();
      },
      http: async ({ url }) => {
        asked.push(url);
        time += 10;
        const code = codes[url.slice(0, -1)];
        if (code === undefined && asked.filter((each) => each === url).length > 2)
          return { status: 200, headers: {}, body: new Uint8Array() };
        throw unreachable('GET', url, failure(code ?? 'ECONNREFUSED'));
      },
    },
    policy: patient,
    deadline: 90_000,
    note: () => {},
    random: () => 0.5,
  });
  const ended = await client
    .askAny(
      async () => Object.keys(codes),
      (root) => ({ url: `${root}/` }),
    )
    .then(
      ({ root }) => root,
      (error: Error) => error.message,
    );
  return { ended, asked: asked.length, time };
}

describe('a connection that this machine prohibits', () => {
  for (const code of ['EACCES', 'EPERM']) {
    test(`is reported at once and not repeated: ${code}`, async () => {
      const { ended, asked, time } = await ask({ [first]: code });
      assert.match(
        ended,
        /^GET http:\/\/169\.254\.169\.254\/: this machine prohibits it, by a route or a packet filter/,
      );
      assert.match(ended, /gave up after 1 failed attempt in 0 s$/);
      assert.deepEqual([asked, time], [1, 10]);
    });
  }

  test('at both endpoints is final as well, and so is one beside an endpoint without a route', async () => {
    for (const other of ['EACCES', 'ENETUNREACH']) {
      const { ended, asked } = await ask({ [first]: 'EACCES', [second]: other });
      assert.match(ended, /this machine prohibits it/);
      assert.equal(asked, 2);
    }
  });

  test('at one endpoint leaves the other, which may answer later', async () => {
    assert.equal((await ask({ [first]: 'EACCES', [second]: undefined })).ended, second);
    assert.equal((await ask({ [first]: undefined, [second]: 'EACCES' })).ended, first);
  });
});

test('a connection that is refused is repeated', async () => {
  const { ended, asked } = await ask({ [first]: undefined });
  assert.deepEqual([ended, asked], [first, 3]);
});
