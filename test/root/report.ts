import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { ownMachine } from '../support/own-machine.ts';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Receives reports; answers 503 as often as `busy` says, then 200. */
async function receiver(busy: number) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    received.push({ headers: request.headers, body });
    response.writeHead(received.length > busy ? 200 : 503).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { received, url: `http://127.0.0.1:${port}/v1`, [Symbol.dispose]: () => void server.close() };
}

const guard = { timeout: 120_000 };
const unit = { BOOTAGENT_UNIT: '1', INVOCATION_ID: 'x' };

describe('the report of a boot', { skip: unable('unshare', 'mount') }, () => {
  test('reaches a receiver that is busy at first, and the textfile, after the last stage', guard, async () => {
    using target = await receiver(1);
    using machine = ownMachine();
    const input = `#cloud-config
report: {url: "${target.url}", on: always, token: s3cret-token, textfile: /run/bootagent/boot.prom}
`;
    const run = (stage: string) =>
      machine.run(['run', stage, '--user-data', '-', '--only', 'report'], { input, env: unit }).ended;
    await run('early');
    assert.equal(target.received.length, 0, 'not before the last stage');
    const { code, out, err } = await run('final');
    assert.equal(code, 0, err);
    assert.equal(target.received.length, 2);
    const [first, second] = target.received;
    assert.equal(second?.body, first?.body);
    assert.equal(second?.headers.authorization, 'Bearer s3cret-token');
    const { schema_version, state, seconds_by_stage } = JSON.parse(second?.body ?? '');
    assert.deepEqual([schema_version, state, Object.keys(seconds_by_stage).sort()], [1, 'done', ['early', 'final']]);
    assert.match(machine.read('/run/bootagent/boot.prom'), /^bootagent_boot_state\{state="done"\} 1$/m);
    assert.doesNotMatch(`${out}${err}`, /s3cret-token/);
  });

  test('reaches a webhook of cloud-init as events, after the last stage', guard, async () => {
    using target = await receiver(0);
    using machine = ownMachine();
    const input = `#cloud-config
reporting: {site: {type: webhook, endpoint: "${target.url}"}, old: {type: hyperv}}
`;
    const run = (stage: string) =>
      machine.run(['run', stage, '--user-data', '-', '--only', 'report'], { input, env: unit }).ended;
    await run('main');
    assert.equal(target.received.length, 0, 'not before the last stage');
    const { code, out, err } = await run('final');
    assert.equal(code, 0, err);
    assert.match(out, /reporting\.old: the type "hyperv" is not supported/);
    const events = target.received.map(({ body }) => JSON.parse(body));
    assert.deepEqual(
      events.map(({ name, event_type, result }) => [name, event_type, result]),
      [
        ['init-network', 'start', undefined],
        ['init-network', 'finish', 'SUCCESS'],
        ['modules-final', 'start', undefined],
        ['modules-final', 'finish', 'SUCCESS'],
      ],
    );
    const now = Date.now() / 1000;
    assert.ok(
      events.every(({ timestamp }) => Math.abs(timestamp - now) < 600),
      'by the wall clock',
    );
  });

  test('without the setting, nothing is sent or written', guard, async () => {
    using machine = ownMachine();
    const input = '#cloud-config\n{}\n';
    const { code } = await machine.run(['run', 'final', '--user-data', '-', '--only', 'report'], { input, env: unit })
      .ended;
    assert.equal(code, 0);
    assert.ok(!machine.list('/run/bootagent').some((name) => name.endsWith('.prom')));
  });
});
